#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What Galaxy, Automation Hub and licence lawyers look at; all of it, or the parts that are named:
#   bash tests/tools/quality.sh ansible-lint changelog licences importer environment signature
set -euo pipefail
cd "$(dirname "$0")/../.."
root=${PWD}
export PATH="${root}/.venvs/quality/bin:${PATH}" ANSIBLE_COLLECTIONS_PATH="${root}/.collections" NO_COLOR=1
export XDG_CACHE_HOME="${root}/.cache" ANSIBLE_HOME="${root}/.cache/ansible" ANSIBLE_LOCALHOST_WARNING=false

# Playbooks, the role and molecule's scenarios, in the profile that Automation Hub asks for.
check_ansible-lint() { ansible-lint --offline; }

check_changelog() { antsibull-changelog lint; }

# Licence and copyright of each file that git knows.
check_licences() { reuse lint --lines && echo 'licences: every file has one'; }

# What Galaxy does with an uploaded artefact.
check_importer() {
  local work=.cache/importer artefact
  rm -rf "${work}"
  mkdir -p "${work}/tmp"
  ansible-galaxy collection build --output-path "${work}" . >/dev/null
  artefact=$(basename "${work}"/*.tar.gz)
  cat >"${work}/importer.cfg" <<INI
[galaxy-importer]
LOG_LEVEL_MAIN = INFO
RUN_ANSIBLE_DOC = True
RUN_ANSIBLE_LINT = True
CHECK_REQUIRED_TAGS = True
CHECK_CHANGELOG = True
ANSIBLE_LOCAL_TMP = ${root}/${work}/tmp
INI
  (cd "${work}" && GALAXY_IMPORTER_CONFIG=importer.cfg python -m galaxy_importer.main "${artefact}") >"${work}/log" 2>&1 || {
    cat "${work}/log"
    return 1
  }
  # It only logs what it does not like.
  if grep -E '^(WARNING|ERROR)' "${work}/log"; then return 1; fi
  tail -n 1 "${work}/log"
}

# An execution environment with this collection can be made: the definition is complete and its files are there.
check_environment() {
  local work=.cache/execution-environment
  rm -rf "${work}"
  ansible-builder create --file execution-environment.yml --context "${work}" --output-filename Containerfile
  ansible-builder introspect --sanitize --write-pip "${work}/python.txt" .collections >/dev/null
  diff <(grep -v '^#' requirements.txt | grep . | sort) <(sed -n 's/ *# from collection.*//p' "${work}/python.txt" | sort)
  echo 'execution environment: the definition is complete, and names what requirements.txt names'
}

# The recipe for a signed release, tried with a throw-away key.
check_signature() {
  if ! command -v gpg >/dev/null; then
    echo 'SKIPPED, NOT TESTED: no gpg (on Debian: apt-get install gnupg)'
    [[ -z ${CI:-} ]]
    return
  fi
  bash tests/tools/release.sh --try
}

(($# > 0)) || set -- ansible-lint changelog licences importer environment signature
for part in "$@"; do
  bash tests/tools/stage.sh "quality, ${part}" bash -c "$(declare -f "check_${part}"); root=${root}; set -euo pipefail; check_${part}"
done
