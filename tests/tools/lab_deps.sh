#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what the Wine hosts of tests/lab/wine need: Wine, an sshd, a C compiler for Windows, locale sources; and for
# tests/lab/samba: smbd, a domain controller with its tools and client programs, Samba's own Python as a judge; what Kerberos
# for Python is made with, other clocks and other host names for it; a browser for the page of a drift report;
# gpg for the try of a signed release.
# Debian and Ubuntu only, as root. No daemon is started, now or at the next boot by this script.
set -euo pipefail

packages=(
  wine wine64 openssh-server openssh-client gcc-mingw-w64-x86-64-win32 locales
  samba samba-ad-dc samba-ad-provision krb5-user smbclient ldb-tools python3-samba
  gcc libkrb5-dev python3-dev libnss-wrapper libfaketime
  chromium gnupg
)
daemons=(smbd nmbd winbind samba-ad-dc)
policy=/usr/sbin/policy-rc.d

say() { printf 'lab-deps: %s\n' "$*"; }
fail() {
  printf 'lab-deps: %s\n' "$*" >&2
  exit 1
}
missing() {
  local package
  for package in "${packages[@]}"; do
    # shellcheck disable=SC2016  # the braces are dpkg-query's
    [[ "$(dpkg-query -W -f '${db:Status-Status}' "${package}" 2>/dev/null || true)" == installed ]] || echo "${package}"
  done
}

command -v apt-get >/dev/null || fail "this machine has no apt-get; install by hand: ${packages[*]}"
mapfile -t wanted < <(missing)
if ((${#wanted[@]} == 0)); then
  say "everything is there: ${packages[*]}"
  exit 0
fi
((EUID == 0)) || fail "root is needed to install: ${wanted[*]}  (sudo make lab-deps)"

# The packages' scripts start the system's sshd and smbd unless policy-rc.d forbids it; what was there comes back afterwards.
kept="$(mktemp -d)"
restore() {
  if [[ -e "${kept}/policy-rc.d" ]]; then
    mv -f "${kept}/policy-rc.d" "${policy}"
  else
    rm -f "${policy}"
  fi
  rm -rf "${kept}"
}
[[ ! -e "${policy}" ]] || cp -a "${policy}" "${kept}/policy-rc.d"
trap restore EXIT
rm -f "${policy}"
printf '#!/bin/sh\nexit 101\n' >"${policy}"
chmod 755 "${policy}"

# The packages have their daemons started at each boot; those that are new here are taken out of that again.
mapfile -t new < <(for daemon in "${daemons[@]}"; do [[ -e "/lib/systemd/system/${daemon}.service" ]] || echo "${daemon}"; done)

export DEBIAN_FRONTEND=noninteractive
say "installing: ${wanted[*]}"
if ! apt-get install -y -qq --no-install-recommends "${wanted[@]}" >"${kept}/apt.log" 2>&1; then
  say 'the package lists may be old: apt-get update, then once more'
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${wanted[@]}" >"${kept}/apt.log" 2>&1 || {
    cat "${kept}/apt.log" >&2
    fail 'apt-get failed, see above'
  }
fi
if ((${#new[@]} > 0)) && command -v systemctl >/dev/null; then
  systemctl --quiet disable "${new[@]}" >/dev/null 2>&1 || say "not taken out of the boot: ${new[*]}"
fi
mapfile -t wanted < <(missing)
((${#wanted[@]} == 0)) || fail "still missing: ${wanted[*]}"
say "done: $(/usr/lib/wine/wine64 --version 2>/dev/null || echo 'wine'), $(ssh -V 2>&1), Samba $(smbd --version)"
