#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Molecule on stand-in hosts: all scenarios, or what is given: bash tests/tools/molecule.sh test -s drift
# The exit code counts, not molecule's recap: with --workers that says "Successful" of scenarios that failed.
set -euo pipefail
cd "$(dirname "$0")/../.."
# ansible-playbook is that of the newest ansible-core, with the client libraries; molecule comes after it.
export PATH="${PWD}/.venvs/newest/bin:${PWD}/.venvs/quality/bin:${PATH}"
export XDG_CACHE_HOME="${PWD}/.cache" ANSIBLE_HOME="${PWD}/.cache/ansible" NO_COLOR=1
# Settings of the user's own would change what the scenarios see.
while IFS='=' read -r name dummy; do
  case ${name} in ANSIBLE_HOME) ;; ANSIBLE_*) unset "${name}" ;; esac
done < <(env)

stop() {
  local folder
  for folder in .lab/molecule/*/; do
    [[ ! -S ${folder}control.sock ]] || python -m tests.lab stop --dir "${folder}" >/dev/null || true
  done
}
# What a killed run left, and what a failing one leaves.
stop
trap stop EXIT
rm -rf .lab/molecule
mkdir -p .lab/molecule .cache

if (($# > 0)); then
  molecule "$@"
else
  molecule reset --all >/dev/null 2>&1 || true
  molecule test --all --exclude windows
fi
