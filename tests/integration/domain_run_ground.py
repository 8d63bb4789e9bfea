# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs on domain GPOs against the lab's controller, and what Samba's own code says about the result."""

from __future__ import annotations

import contextlib
import json
import subprocess
import typing as t
from pathlib import Path

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.directory_options import (
    DirectoryOptions,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_request import (
    GpoEnded,
    GpoRequest,
    Keep,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_run import enforce_gpo
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_ways import Ways
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.sysvol import GpoFolder
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import (
    Declaration,
    from_mapping,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostError

from tests.integration.domain_ground import listed, options
from tests.lab.domain import CutAt, Relay, SambaDomain

PAIR = "[{35378EAC-683F-11D2-A89A-00C04FBBCFA2}{D02B1F72-3407-48AE-BA88-E8213C6761F1}]"
TERMINAL_SERVICES = r"Software\policies\Microsoft\Windows NT\Terminal Services"
OFF = {"solicited": {"state": "disabled"}, "offer": {"state": "disabled"}}

# Samba's own reader of Registry.pol, in Samba's own Python.
PREG = """
import json, sys
from samba.dcerpc import preg
from samba.ndr import ndr_pack, ndr_unpack
data = open(sys.argv[1], "rb").read()
file = ndr_unpack(preg.file, data)
entries = [[e.keyname, e.valuename, e.type, e.data if isinstance(e.data, (int, str)) else repr(e.data)]
           for e in file.entries]
print(json.dumps([ndr_pack(file) == data, entries]))
"""


def wanted(**policies: t.Any) -> Declaration:
    """Return a declaration."""
    return from_mapping(policies)


def helpers(**what: list[str]) -> Declaration:
    """Return a declaration that only says who may offer help."""
    return wanted(offer={"helpers": what})


def enforce(have: DirectoryOptions, *, check_mode: bool = False, keep: Keep | None = None, **what: t.Any) -> GpoEnded:
    """Run once."""
    return enforce_gpo(have, GpoRequest(**what), check_mode=check_mode, keep=keep)


def cut(domain: SambaDomain, relay: Relay, at: CutAt | None, **what: t.Any) -> GpoEnded | HostError:
    """Run through the relay, which cuts the connection."""
    relay.reset(at)
    try:
        return enforce(options(domain, server=relay.address), **what)
    except HostError as error:
        return error


def succeeded(have: DirectoryOptions, **what: t.Any) -> GpoEnded:
    """Run once, and see that it did not fail."""
    ended = enforce(have, **what)
    assert ended.failure is None, ended.failure
    assert ended.left == ended.unknown == ()
    return ended


@contextlib.contextmanager
def opened_folder(have: DirectoryOptions, guid: str) -> t.Iterator[GpoFolder]:
    """Give a GPO's folder as a run has it."""
    with Ways(have, lock_timeout=5) as ways:
        gpo = ways.directory.gpo(guid)
        assert gpo is not None
        yield ways.sysvol.folder(gpo.path)


def policy_folder(domain: SambaDomain, guid: str) -> Path:
    """Return a GPO's folder on the controller's disk."""
    return domain.sysvol / "Policies" / guid


def entries(path: Path) -> list[tuple[str, str, int, t.Any]]:
    """Return what Samba reads in a Registry.pol; it must also write the same bytes again."""
    done = subprocess.run(["/usr/bin/python3", "-c", PREG, path], capture_output=True, text=True, check=True)
    is_same, found = json.loads(done.stdout)
    assert is_same
    return [tuple(entry) for entry in found]


def values(domain: SambaDomain, guid: str) -> dict[str, t.Any]:
    """Return the values below the key of Terminal Services, by name."""
    found = entries(policy_folder(domain, guid) / "Machine" / "Registry.pol")
    assert {TERMINAL_SERVICES.lower(), rf"{TERMINAL_SERVICES}\RAUnsolicit".lower()} >= {
        key.lower() for key, *dummy in found
    }
    return {name: data for _key, name, _type, data in found}


def gpt_ini(domain: SambaDomain, guid: str) -> str:
    """Return gpt.ini."""
    (path,) = (file for file in policy_folder(domain, guid).iterdir() if file.name.lower() == "gpt.ini")
    return path.read_text(encoding="ascii")


def versions(domain: SambaDomain, guid: str) -> tuple[str, str]:
    """Return what Samba says of the version in the directory, and the last line of gpt.ini."""
    return listed(domain)[guid]["version"], gpt_ini(domain, guid).strip().rpartition("\n")[2].replace(" ", "")


def names_in(folder: Path) -> set[str]:
    """Return all that is in a folder, at every depth."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}
