#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A signed release: the artefact and the detached signature of its MANIFEST.json, which names the hash of every file.
#   bash tests/tools/release.sh KEY          signs with that key of your keyring, into dist/
#   bash tests/tools/release.sh --try        the same with a throw-away key, then installs it and finds a changed file
# Whoever installs it has the artefact, its signature *.asc, and the key in a keyring (gpg --import):
#   ansible-galaxy collection install winfleet-remote_assistance-X.Y.Z.tar.gz
#   ansible-galaxy collection verify winfleet.remote_assistance --offline --keyring KEYRING \
#     --signature file://$PWD/winfleet-remote_assistance-X.Y.Z.asc --required-valid-signature-count +1
# (install itself takes signatures of what comes from a server only.)
set -euo pipefail
cd "$(dirname "$0")/../.."
root=${PWD}
PATH="${root}/.venvs/newest/bin:${PATH}"

build() {
  local to=$1 key=$2 artefact
  rm -rf "${to}"
  mkdir -p "${to}"
  ansible-galaxy collection build --output-path "${to}" . >/dev/null
  artefact=$(echo "${to}"/*.tar.gz)
  tar --extract --to-stdout --file "${artefact}" MANIFEST.json >"${to}/MANIFEST.json"
  gpg --batch --yes --local-user "${key}" --armor --detach-sign --output "${artefact%.tar.gz}.asc" "${to}/MANIFEST.json"
  rm "${to}/MANIFEST.json"
  (cd "${to}" && sha256sum ./*.tar.gz ./*.asc >SHA256SUMS && cat SHA256SUMS)
}

attempt() {
  local work artefact signature
  work=$(mktemp -d)
  # shellcheck disable=SC2064  # the folder of now
  trap "gpgconf --homedir '${work}/gnupg' --kill gpg-agent; rm -rf '${work}'" EXIT
  mkdir -m 700 "${work}/gnupg"
  export GNUPGHOME="${work}/gnupg"
  gpg --batch --quiet --passphrase '' --quick-generate-key 'Throw-away <nobody@example.invalid>' ed25519 sign 1d
  build "${work}/dist" nobody@example.invalid
  artefact=$(echo "${work}"/dist/*.tar.gz)
  signature=file://${artefact%.tar.gz}.asc
  gpg --batch --quiet --export nobody@example.invalid | gpg --batch --quiet --no-default-keyring --keyring "${work}/ring.kbx" --import
  export ANSIBLE_COLLECTIONS_PATH="${work}/there"
  ansible-galaxy collection install "${artefact}" --offline -p "${work}/there" >/dev/null
  verify() {
    ansible-galaxy collection verify winfleet.remote_assistance --offline --keyring "${1:-${work}/ring.kbx}" \
      --signature "${signature}" --required-valid-signature-count +1
  }
  verify
  echo '# changed' >>"${work}/there/ansible_collections/winfleet/remote_assistance/plugins/action/host.py"
  if verify >"${work}/changed" 2>&1; then
    echo 'A changed file was not found: that is a bug.' >&2
    exit 1
  fi
  grep 'plugins/action/host.py' "${work}/changed"
  # Without a signature that is right, nothing passes.
  gpg --batch --quiet --passphrase '' --quick-generate-key 'Somebody else <other@example.invalid>' ed25519 sign 1d
  gpg --batch --quiet --export other@example.invalid | gpg --batch --quiet --no-default-keyring --keyring "${work}/other.kbx" --import
  if verify "${work}/other.kbx" >"${work}/other" 2>&1; then
    echo 'A signature of somebody else was taken: that is a bug.' >&2
    exit 1
  fi
  grep -i 'signature' "${work}/other" | head -n 1
  echo 'A changed file is found, and so is a signature of somebody else; the right one is accepted.'
}

case ${1:?KEY or --try} in
  --try) attempt ;;
  *) build dist "$1" ;;
esac
