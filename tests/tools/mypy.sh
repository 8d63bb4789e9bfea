#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Checks the types of the pure packages and the channels strictly.
set -euo pipefail
package=ansible_collections.winfleet.remote_assistance.plugins.plugin_utils
cd "$(dirname "$0")/../.."
MYPYPATH=.collections "$1/mypy" --strict --namespace-packages --explicit-package-bases \
  -p "${package}._registry" -p "${package}._formats" -p "${package}._policy" -p "${package}._reports" -p "${package}._channels" \
  -p "${package}._group_policy"
