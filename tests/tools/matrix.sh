#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Unit tests, actions and playbooks on every supported ansible-core, pywinrm, pypsrp and Python that can be had here. The
# newest pre-release of ansible-core is tried too, and only warns.
#   bash tests/tools/matrix.sh [NAME ...]      names: matrix-2.19-lowest, ...
set -uo pipefail
cd "$(dirname "$0")/../.."
python3 tests/tools/environments.py matrix "$@" || exit 1
tests=${MATRIX_TESTS:-tests/unit tests/integration}

judge() {
  local python=.venvs/$1/bin/python
  "${python}" -c 'import sys
from importlib.metadata import version
print("Python", *sys.version_info[:3], *(f"{name} {version(name)}" for name in ("ansible-core", "pywinrm", "pypsrp")))'
  # shellcheck disable=SC2086  # several words
  "${python}" -m pytest -q -n 2 -rs ${tests}
}

(($# > 0)) || set -- $(cd .venvs && ls -d matrix-*)
failed=()
for name in "$@"; do
  export -f judge
  export tests
  bash tests/tools/stage.sh "matrix, ${name}" bash -c "judge ${name}" || {
    [[ ${name} == matrix-prerelease ]] || failed+=("${name}")
    echo "WARNING: ${name} failed"
  }
done
((${#failed[@]} == 0)) || {
  echo "failed: ${failed[*]}"
  exit 1
}
