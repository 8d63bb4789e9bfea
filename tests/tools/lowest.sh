#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Whether the lower bounds of requirements.txt are true: unit tests and playbooks with exactly those versions, on the first
# release of the oldest ansible-core.
set -euo pipefail
cd "$(dirname "$0")/../.."
python3 tests/tools/environments.py lowest
python=.venvs/lowest/bin/python
"${python}" -m pip list 2>/dev/null | grep -iE '^(ansible-core|pywinrm|pypsrp|jsonschema|smbprotocol|sansldap|pyspnego) '
"${python}" -m pytest -q -n 2 tests/unit
"${python}" -m pytest -q -n 2 tests/integration/test_playbooks.py tests/integration/test_connections.py \
  tests/integration/test_directory_logon.py tests/integration/test_local_gpo_smb.py
