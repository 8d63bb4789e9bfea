# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the files of a GPO are looked for."""

from __future__ import annotations

import types
import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.directory_options import (
    DirectoryOptions,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.sysvol import Sysvol
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostError, InputError


def sysvol(**options: t.Any) -> Sysvol:
    logon = types.SimpleNamespace(protocol=options.pop("protocol", "ntlm"))
    directory = types.SimpleNamespace(client=types.SimpleNamespace(host="dc7.corp.example", logon=logon))
    return Sysvol(t.cast("t.Any", directory), DirectoryOptions(**options), lock_timeout=1)


@pytest.mark.parametrize(
    "path",
    [
        r"\\corp.example\sysvol\corp.example\Policies\{X}",
        r"\\CORP.EXAMPLE\SysVol\corp.example\Policies\{X}",
        "\\\\corp.example\\sysvol\\corp.example\\Policies\\{X}\\",
    ],
)
def test_files_are_on_the_controller_of_the_directory(path: str) -> None:
    assert r"\\dc7.corp.example\sysvol\corp.example\Policies\{X}" == sysvol().folder(path).unc


@pytest.mark.parametrize(
    "path",
    [
        "",
        r"C:\Windows",
        r"\\corp.example\sysvol",
        r"\\corp.example\other\corp.example\Policies\{X}",
        r"\\corp.example\sysvol\corp.example\Policies\..\..\{X}",
        r"\\corp.example\sysvol\corp.example/../{X}",
        r"\\corp.example\sysvol\\Policies\{X}",
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(HostError, match="gPCFileSysPath"):
        sysvol().folder(path)


def test_a_distinguished_name_is_no_logon_name_for_files() -> None:
    with pytest.raises(InputError, match=r"must be DOMAIN\\name or name@domain"):
        sysvol(username="CN=Administrator,CN=Users,DC=corp,DC=example", password="x", protocol="simple")
