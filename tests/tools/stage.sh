#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs one stage of the tests and prints its seconds.
set -uo pipefail
name=$1
shift
echo "=== ${name}"
started=$(date +%s)
"$@"
code=$?
echo "=== ${name}: $(($(date +%s) - started)) s, exit code ${code}"
exit "${code}"
