#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What takes too long for every change. Every part runs, whatever the others say.
set -uo pipefail
cd "$(dirname "$0")/../.."
stage=tests/tools/stage.sh
code=0
# Languages into which Windows and Wine are translated, each with the code page that cmd.exe has there.
locales='cs_CZ da_DK de_DE el_GR es_ES fi_FI fr_FR he_IL hu_HU it_IT ja_JP ko_KR nl_NL nb_NO pl_PL pt_BR pt_PT ro_RO'
locales+=' ru_RU sl_SI sv_SE tr_TR uk_UA zh_CN zh_TW'
locales=$(printf '%s.UTF-8 ' ${locales})
bash "${stage}" --forget
bash "${stage}" "support matrix" bash tests/tools/matrix.sh || code=1
bash "${stage}" "fuzz, a million inputs per format" make --no-print-directory fuzz || code=1
bash "${stage}" "drift report of 5,000 hosts" .venvs/newest/bin/python tests/benchmarks/bench_drift.py || code=1
bash "${stage}" "ssh in every locale" env "WINFLEET_LOCALES=${locales}" .venvs/newest/bin/python -m pytest -q -rs \
  tests/integration/test_ssh_playbooks.py -k another_language || code=1
bash "${stage}" --table
exit "${code}"
