# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Ansible variables and inventories for stand-in hosts."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


def connection_vars(
    *, connection: str, auth: str, transport: str, address: str, port: int, username: str, password: str
) -> dict[str, Any]:
    """Return the variables of one host for a connection plugin.

    NTLM always encrypts on message level, over TLS too; Basic cannot.
    """
    shared: dict[str, Any] = {
        "ansible_connection": connection,
        "ansible_host": address,
        "ansible_port": port,
        "ansible_user": username,
        "ansible_password": password,
    }
    encryption = "never" if auth == "basic" else "always"
    if connection == "psrp":
        return shared | {
            "ansible_psrp_protocol": transport,
            "ansible_psrp_auth": auth,
            "ansible_psrp_message_encryption": encryption,
            "ansible_psrp_cert_validation": "ignore",
        }
    # pywinrm knows Negotiate as "ntlm", and Basic over http as "plaintext".
    winrm_transport = {"basic": "basic", "negotiate": "ntlm"}.get(auth, auth)
    return shared | {
        "ansible_winrm_scheme": transport,
        "ansible_winrm_transport": winrm_transport,
        "ansible_winrm_message_encryption": encryption,
        "ansible_winrm_server_cert_validation": "ignore",
    }


def ssh_vars(
    *,
    shell: str,
    transfer: str,
    address: str,
    port: int,
    username: str,
    private_key: Path,
    known_hosts: Path,
    control_folder: Path,
) -> dict[str, Any]:
    """Return the variables of one host for the ssh connection plugin: key, strict checking, nothing of the user's."""
    options = (
        f'UserKnownHostsFile="{known_hosts}"',
        "GlobalKnownHostsFile=/dev/null",
        "StrictHostKeyChecking=yes",
        "IdentitiesOnly=yes",
        "IdentityAgent=none",
    )
    return {
        "ansible_connection": "ssh",
        "ansible_shell_type": shell,
        "ansible_host": address,
        "ansible_port": port,
        "ansible_user": username,
        "ansible_ssh_private_key_file": str(private_key),
        "ansible_ssh_transfer_method": transfer,
        "ansible_ssh_common_args": shlex.join(["-F", "none", *(f"-o{option}" for option in options)]),
        "ansible_control_path_dir": str(control_folder),
    }


def write_inventory(path: Path, groups: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
    """Write an inventory file that only its owner can read.

    Args:
        path: The file.
        groups: Host variables by host name by group; all groups but ``windows`` become children of it.
    """
    children = {
        name: {"hosts": {host: dict(variables) for host, variables in hosts.items()}} for name, hosts in groups.items()
    }
    windows = children.pop("windows", {})
    content = {"windows": windows | ({"children": children} if children else {})}
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    new = path.with_suffix(".new")
    new.touch(mode=0o600)
    new.chmod(0o600)
    new.write_text(text, encoding="utf-8")
    new.replace(path)
