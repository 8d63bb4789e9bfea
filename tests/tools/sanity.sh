#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Ansible's own checks of a collection: `ansible-test sanity` and `ansible-test units`, without containers.
#   bash tests/tools/sanity.sh .venvs/newest/bin [.venvs/oldest/bin ...]
# ansible-test wants a real folder ansible_collections/<namespace>/<name>: a copy of what git knows is made in .cache.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=${PWD}
cache=${root}/.cache/sanity

copy_collection() {
  local to=$1
  rm -rf "${to}"
  mkdir -p "${to}"
  git ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do [[ ! -e ${file} ]] || printf '%s\0' "${file}"; done |
    tar --create --null --files-from=- | tar --extract --directory="${to}"
  # Which files belong to the collection is asked of git.
  git -C "${to}" init --quiet
  git -C "${to}" add --all
}

# The script by which ansible-test gets pip is downloaded from a host that closed networks do not reach: ours is there first.
put_pip_script() {
  local bin=$1 home=$2 pip
  pip=$("${bin}/python" -c 'import sys, types
from ansible_test._internal.python_requirements import get_venv_packages
print(get_venv_packages(types.SimpleNamespace(version=".".join(map(str, sys.version_info[:2]))))["pip"])')
  mkdir -p "${home}/.ansible/test/cache"
  cp tests/tools/get_pip.py "${home}/.ansible/test/cache/get_pip_${pip//./_}.py"
}

check() {
  local bin=$1 core=$2 python=$3
  local home=${cache}/home-${core} collection=${cache}/${core}/ansible_collections/winfleet/remote_assistance
  copy_collection "${collection}"
  put_pip_script "${bin}" "${home}"
  echo "ansible-test of ansible-core ${core} on Python ${python}"
  cd "${collection}"
  export HOME=${home} PATH=${bin}:${PATH}
  unset CI
  ansible-test sanity --requirements --local --python "${python}" --color no
  # What units need is in the environment; --requirements would change the versions there.
  ansible-test units --local --python "${python}" --color no
}

# All at once, because most of it uses one processor.
running=()
for bin in "$@"; do
  bin=$(cd "${bin}" && pwd)
  version=$("${bin}/python" -c 'import ansible.release, sys; print(ansible.release.__version__.rsplit(".", 1)[0], "%d.%d" % sys.version_info[:2])')
  read -r core python <<<"${version}"
  (check "${bin}" "${core}" "${python}") > >(sed --unbuffered "s/^/[${core}] /") 2>&1 </dev/null &
  running+=("$!")
done
failed=0
for one in "${running[@]}"; do
  wait "${one}" || failed=1
done
exit "${failed}"
