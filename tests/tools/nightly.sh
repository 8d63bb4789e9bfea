#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What takes too long for every change; all of it, or the parts that are named. Every part runs, whatever the others say.
#   bash tests/tools/nightly.sh matrix lowest fuzz hosts locales
set -uo pipefail
cd "$(dirname "$0")/../.."
python=.venvs/newest/bin/python

run_matrix() { bash tests/tools/matrix.sh; }

run_lowest() { bash tests/tools/lowest.sh; }

run_fuzz() { make --no-print-directory fuzz; }

run_hosts() { "${python}" tests/benchmarks/bench_drift.py --hosts 5000; }

# Languages into which Windows and Wine are translated, each with the code page that cmd.exe has there.
run_locales() {
  local names='cs_CZ da_DK de_DE el_GR es_ES fi_FI fr_FR he_IL hu_HU it_IT ja_JP ko_KR nl_NL nb_NO pl_PL pt_BR pt_PT'
  names+=' ro_RO ru_RU sl_SI sv_SE tr_TR uk_UA zh_CN zh_TW'
  # shellcheck disable=SC2086  # several words
  WINFLEET_LOCALES=$(printf '%s.UTF-8 ' ${names}) "${python}" -m pytest -q -n 2 -rs -k another_language \
    tests/integration/test_ssh_playbooks.py
}

(($# > 0)) || set -- matrix lowest fuzz hosts locales
bash tests/tools/stage.sh --forget
code=0
for part in "$@"; do
  bash tests/tools/stage.sh "nightly, ${part}" bash -c \
    "$(declare -p python); $(declare -f "run_${part}"); set -euo pipefail; run_${part}" || code=1
done
bash tests/tools/stage.sh --table
exit "${code}"
