# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Sphinx makes the site of what antsibull-docs wrote; see tests/tools/docs.sh.

Nothing is fetched: the few pages of Ansible's own documentation that the collection's pages point to are listed here,
in place of the inventory that intersphinx would get from the network. One that is not listed is a warning, and with
-W the end.
"""

from __future__ import annotations

import tempfile
import typing as t
import zlib
from pathlib import Path

ANSIBLE: t.Final = "https://docs.ansible.com/projects/ansible/latest/"
# The label, and the page that it is on.
LABELS: t.Final = {
    "action_plugins": "plugins/action.html",
    "callback_plugins": "plugins/callback.html",
    "common_return_values": "reference_appendices/common_return_values.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "ansible_collections.ansible.builtin.psrp_connection": "collections/ansible/builtin/psrp_connection.html",
    "ansible_collections.ansible.builtin.ssh_connection": "collections/ansible/builtin/ssh_connection.html",
    "ansible_collections.ansible.builtin.winrm_connection": "collections/ansible/builtin/winrm_connection.html",
    "windows_winrm": "os_guide/windows_winrm.html",
}


def _inventory(labels: t.Mapping[str, str]) -> str:
    """Write labels in the form of Sphinx's inventories, version 2, and return where."""
    lines = (
        f"{label} std:label -1 {page}#{label.lower().replace('_', '-').replace('.', '-')} {label}\n"
        for label, page in labels.items()
    )
    head = b"# Sphinx inventory version 2\n# Project: Ansible\n# Version: \n"
    head += b"# The remainder of this file is compressed using zlib.\n"
    file = Path(tempfile.mkdtemp(prefix="winfleet-docs-")) / "objects.inv"
    file.write_bytes(head + zlib.compress("".join(lines).encode()))
    return str(file)


project = "winfleet.remote_assistance"
copyright = "winfleet contributors"  # noqa: A001  Sphinx's name for it
title = html_short_title = "winfleet.remote_assistance"
html_title = "Windows Remote Assistance with Ansible"
extensions = ["sphinx.ext.intersphinx", "sphinx_antsibull_ext"]
intersphinx_mapping = {"ansible": (ANSIBLE, _inventory(LABELS))}
default_role = "any"
nitpicky = True
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
html_theme = "sphinx_ansible_theme"
# No search engine, no advertisement, no links of others.
html_theme_options = {
    "documentation_home_url": "index.html",
    "topbar_links": {},
    "vcs_pageview_mode": "blob",
    "show_extranav": False,
    "show_rtd_ethical_ads": False,
}
html_show_sphinx = False
html_copy_source = False
