#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs one stage of the tests and prints its seconds; --table prints those of all stages since --forget.
set -uo pipefail
stages="$(dirname "$0")/../../.cache/stages"
mkdir -p "${stages%/*}"
case $1 in
  --forget) rm -f "${stages}" && exit ;;
  --table) printf '=== seconds by stage\n' && cat "${stages}" && exit ;;
esac
name=$1
shift
echo "=== ${name}"
started=$(date +%s)
"$@"
code=$?
seconds=$(($(date +%s) - started))
echo "=== ${name}: ${seconds} s, exit code ${code}"
printf '%6d  %s\n' "${seconds}" "${name}" >>"${stages}"
exit "${code}"
