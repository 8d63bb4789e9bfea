#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The main job as a user sees it, on three stand-in hosts: report, check, run, run again, report.
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH="${PWD}/.venvs/newest/bin:${PATH}"
lab=.lab/demo
inventory="${lab}/inventory.yml"

python -m tests.lab start --dir "${lab}" --fresh --seeds open_client domain_member compliant_server
trap 'python -m tests.lab stop --dir "${lab}"' EXIT

run() {
  printf '\n\033[1m$ %s\033[0m\n' "$*"
  "$@"
}

run ansible-playbook -i "${inventory}" playbooks/report.yml
run ansible-playbook -i "${inventory}" playbooks/disable_ra.yml --check --diff
run ansible-playbook -i "${inventory}" playbooks/disable_ra.yml
run ansible-playbook -i "${inventory}" playbooks/disable_ra.yml | tee "${lab}/second-run.txt"
run ansible-playbook -i "${inventory}" playbooks/report.yml

if grep -q 'changed=[1-9]' "${lab}/second-run.txt"; then
  echo 'The second run changed something: that is a bug.' >&2
  exit 1
fi
printf '\nThe second run changed nothing. Every host above was a stand-in on this machine; README.md says how to go on.\n'
