#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the site below dist/docs, without the network; a warning is a failure. The argument is a folder with the programs.
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH="$(cd "${1:-.venvs/docs/bin}" && pwd):${PATH}"
export ANSIBLE_COLLECTIONS_PATH="${PWD}/.collections"
work=.cache/docs
site=dist/docs

antsibull-docs lint-collection-docs --plugin-docs --check-extra-docs-refs \
  --validate-collection-refs dependent --disallow-unknown-collection-refs .
rm -rf "${work}" "${site}"
mkdir -p "${work}/rst" dist
# antsibull-docs writes only where nobody else may.
chmod 700 "${work}" "${work}/rst"
antsibull-docs --config-file docs/site/antsibull-docs.cfg collection --use-current --squash-hierarchy --fail-on-error \
  --cleanup everything --dest-dir "${work}/rst" winfleet.remote_assistance
sphinx-build --builder html --conf-dir docs/site --fail-on-warning --keep-going --quiet \
  --doctree-dir "${work}/doctrees" "${work}/rst" "${site}"
printf 'Open file://%s/index.html\n' "${PWD}/${site}"
