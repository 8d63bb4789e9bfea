# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory over a real connection to the lab's domain controller, and what Samba's own tools say about it."""

from __future__ import annotations

import importlib.util
import os
import re
import typing as t
import uuid

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.directory import Directory
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.directory_options import (
    DirectoryOptions,
    resolve_options,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.gpo_writer import GpoWriter
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ldap_client import LdapClient

from tests.lab.domain import ADMINISTRATOR, Account, SambaDomain, domain_available


def need_domain() -> None:
    """Skip, loudly, where no domain controller can run; in CI that is a failure."""
    if reason := domain_available():
        _without(reason)


def need_kerberos() -> None:
    """Skip, loudly, where the library for Kerberos is not installed; in CI that is a failure."""
    if importlib.util.find_spec("gssapi") is None:
        _without("NOT TESTED with Kerberos: pip install pyspnego[kerberos]")


def _without(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def options(domain: SambaDomain, account: Account = ADMINISTRATOR, **more: t.Any) -> DirectoryOptions:
    """Return the options that reach the domain as an account, with NTLM unless something else is said."""
    base = {"server": domain.address, "username": account.down_level, "password": account.password}
    return resolve_options({**base, "auth_protocol": "ntlm", **more}, {})


def directory(domain: SambaDomain, account: Account = ADMINISTRATOR, **more: t.Any) -> Directory:
    """Log on and return the directory."""
    return Directory(LdapClient.connect(options(domain, account, **more)))


def writer(domain: SambaDomain, account: Account = ADMINISTRATOR, **more: t.Any) -> GpoWriter:
    """Log on and return what writes."""
    return GpoWriter(directory(domain, account, **more))


def new_guid() -> str:
    """Return a GUID that nobody has used."""
    return f"{{{str(uuid.uuid4()).upper()}}}"


def listed(domain: SambaDomain) -> dict[str, dict[str, str]]:
    """Return what ``samba-tool gpo listall`` says, by GUID."""
    found: dict[str, dict[str, str]] = {}
    for block in domain.samba_tool("gpo", "listall").split("\n\n"):
        fields = dict(re.findall(r"^(\w[\w ]*?)\s*: (.*)$", block, re.MULTILINE))
        if fields:
            found[fields["GPO"]] = fields
    return found


def linked(domain: SambaDomain, dn: str) -> list[tuple[str, str]]:
    """Return what ``samba-tool gpo getlink`` says: GUID and options of each link, in the order of the attribute."""
    said = domain.samba_tool("gpo", "getlink", dn)
    return re.findall(r"GPO\s*: (\{[^}]*\}).*?Options\s*: (\S.*?)\s*$", said, re.MULTILINE | re.DOTALL)
