#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Drift as a user sees it, on four stand-in hosts: found, put right on one, found again with its history.
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH="${PWD}/.venvs/newest/bin:${PATH}"
lab=.lab/drift-demo
inventory="${lab}/inventory.yml"
reports="${lab}/reports"

python -m tests.lab start --dir "${lab}" --fresh --seeds open_client domain_member compliant_server
trap 'python -m tests.lab stop --dir "${lab}"' EXIT
rm -rf "${reports}"

cat > "${lab}/exceptions.yml" <<YAML
exceptions:
  - hosts: member*
    setting: offer.helpers
    reason: The help desk is still being moved
    who: security@corp.example
    until: $(date -u -d '+30 days' +%F)
YAML

# A host that nobody can reach, so that the report has one.
cat > "${lab}/silent.yml" <<YAML
windows:
  hosts:
    silent01: {ansible_host: 127.0.0.1, ansible_port: 9, ansible_connection: winrm, ansible_user: x, ansible_password: x}
YAML

drift() {
  # 2 and 4 are what drift and a silent host end with.
  printf '\n\033[1m$ ansible-playbook playbooks/drift.yml -i inventory.yml -e remote_assistance_baseline=all_off ...\033[0m\n'
  ansible-playbook -i "${inventory}" -i "${lab}/silent.yml" playbooks/drift.yml \
    -e remote_assistance_baseline=all_off -e "remote_assistance_report_dir=${reports}" \
    -e "remote_assistance_exceptions_file=${lab}/exceptions.yml" || printf 'Exit code of ansible-playbook: %s\n' "$?"
}

drift
printf '\n\033[1m$ ansible-playbook playbooks/disable_ra.yml -i inventory.yml --limit client01,localhost\033[0m\n'
ansible-playbook -i "${inventory}" playbooks/disable_ra.yml --limit client01,localhost
drift

code=0
printf '\n\033[1m$ python3 playbooks/drift_exit_code.py drift.json\033[0m\n'
python playbooks/drift_exit_code.py "${reports}/drift.json" || code=$?
printf 'Exit code for CI: %s (1 drift, 2 no answer, 3 both)\n' "${code}"
if [[ ${code} -ne 3 ]]; then
  echo 'Drift and a silent host were to be found: that is a bug.' >&2
  exit 1
fi
printf '\nEvery host above was a stand-in on this machine. Open the page: file://%s\n' "${PWD}/${reports}/drift.html"
