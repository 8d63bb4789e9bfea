# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``host`` beside the declaration: how a host is reached and what else is written there.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._registry.errors import Problem
from .baselines import BASELINES, OPTION
from .conflicts import MODES
from .declaration import shown_input
from .kinds import Flag, Kind, NotLegal, Number, Text, Word, one_of

CONNECTION: t.Final = "connection"
SMB: t.Final = "smb"


@dataclass(frozen=True, kw_only=True, slots=True)
class HostOption:
    """One option.

    Attributes:
        kind: What it may hold.
        default: What holds where it is not given; None for nothing.
        secret: True for what never stands in an output.
        text: Sentences for the documentation, a paragraph in each line.
    """

    kind: Kind
    default: Word | None = None
    secret: bool = False
    text: str


BASELINE_OPTION: t.Final = HostOption(
    kind=one_of(*BASELINES),
    text="\n".join(
        (
            "A declaration that this collection ships.",
            "What is declared beside it counts on top: a whole top-level key replaces that of the baseline.",
            "An empty mapping takes it out.",
            *(f"V({baseline.name}) is: {baseline.title}. {baseline.source}" for baseline in BASELINES.values()),
        )
    ),
)

HOST_OPTIONS: t.Final[dict[str, HostOption]] = {
    OPTION: BASELINE_OPTION,
    "temp_dir": HostOption(
        kind=Text(longest=4096),
        default="C:\\Windows\\Temp",
        text=(
            "The folder of the host for files that come and go, used over ssh and for the local GPO. No other "
            "account should be able to write to it.\n"
            'At most 100 characters, on a drive, without any of C(" % ! ^ & * ? < > |).'
        ),
    ),
    "local_gpo": HostOption(
        kind=Flag(),
        default=False,
        text=(
            "The local GPO of the host too, C(Registry.pol) and C(gpt.ini) below C(System32\\GroupPolicy).\n"
            "What stands there is shown by the policy editor and applied again with every change of a group "
            "policy. A domain policy that sets the same values still wins."
        ),
    ),
    "local_gpo_via": HostOption(
        kind=one_of(CONNECTION, SMB),
        default=CONNECTION,
        text=(
            "How the files of the local GPO are reached.\n"
            "V(connection) takes the connection of the inventory: lines for C(cmd.exe), and Ansible's own file "
            "transfer, which over winrm and psrp runs PowerShell.\n"
            "V(smb) takes the share C(ADMIN$) of the host from the control node, signed, and encrypted where "
            "the host offers it; no shell and no PowerShell runs. It needs C(pip install 'smbprotocol>=1.17')."
        ),
    ),
    "smb_username": HostOption(
        kind=Text(longest=512),
        text=(
            "The account for V(smb). Left out, user and password of the connection are taken, or the Kerberos "
            "cache of the control node."
        ),
    ),
    "smb_password": HostOption(
        kind=Text(longest=512),
        secret=True,
        text="The password of O(smb_username).",
    ),
    "smb_port": HostOption(
        kind=Number(lowest=1, highest=65535),
        default=445,
        text="The port for V(smb).",
    ),
    "refresh_policy": HostOption(
        kind=Flag(),
        default=False,
        text=(
            "Run C(gpupdate /target:computer) on the host after a change and return its exit code.\n"
            "The change itself does not need it: the live values are written already."
        ),
    ),
    "backup": HostOption(
        kind=Flag(),
        default=True,
        text=(
            "Keep a copy of each file of the local GPO before it is replaced, beside it on the host and in "
            "O(backup_dir) on the control node."
        ),
    ),
    "backup_dir": HostOption(
        kind=Text(longest=4096),
        default="remote-assistance-backups",
        text="The folder of the control node for copies, relative to the current one; it is made where needed.",
    ),
    "conflicts": HostOption(
        kind=one_of(*MODES),
        text=(
            "What becomes of a change that somebody else decides about too: a domain GPO, the local GPO, device "
            "management (MDM), or the state of the host itself. Looked at only where something changes.\n"
            "Left out, a change that opens the host against a domain GPO or device management fails before anything is "
            "written, and everything else is a warning. Windows does not set back what such a change opens until that "
            "GPO changes or C(gpupdate /force) runs.\n"
            "V(fail) fails for every conflict, V(warn) for none, V(ignore) does not look for any."
        ),
    ),
    "sync_helpers": HostOption(
        kind=Flag(),
        default=True,
        text=(
            "Start Windows' own scheduled task C(RemoteAssistanceTask) when the list of helpers in the registry has "
            "changed. It is what copies the list into the local group that may offer help; waits 15 seconds at most.\n"
            "Whatever becomes of it is told and never fails the run. What the task does when it is started by hand is "
            "not documented, and not proven by this collection on a real Windows."
        ),
    ),
}
"""In the order of the documentation; legal as variables with the prefix too."""

READ_OPTIONS: t.Final = ("temp_dir", "local_gpo", "local_gpo_via", "smb_username", "smb_password", "smb_port")
"""Those that matter where nothing is written."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HostOptions:
    """The options of one task on one host; see HOST_OPTIONS.

    Attributes:
        temp_dir: The host's folder for files that come and go.
        baseline: The name of the baseline below the declaration, or None.
        local_gpo: True to write the local GPO too.
        local_gpo_via: CONNECTION or SMB.
        smb_username: The account for SMB, or None.
        smb_password: Its password, or None.
        smb_port: 1 to 65535.
        refresh_policy: True to run gpupdate after a change.
        backup: True to keep copies of files that are replaced.
        backup_dir: Where copies are kept on the control node.
        conflicts: One of MODES, or None for each according to its severity.
        sync_helpers: True to start Windows' task after a change of the list of helpers.
    """

    temp_dir: str
    baseline: str | None = None
    local_gpo: bool = False
    local_gpo_via: str = CONNECTION
    smb_username: str | None = None
    smb_password: str | None = field(default=None, repr=False)
    smb_port: int = 445
    refresh_policy: bool = False
    backup: bool = True
    backup_dir: str = ""
    conflicts: str | None = None
    sync_helpers: bool = True


def read_options(raw: t.Mapping[str, t.Any]) -> tuple[HostOptions, tuple[Problem, ...]]:
    """Return the options that were given, with defaults, and everything that is wrong with them.

    Args:
        raw: What the user wrote, by name; names that are no options are not looked at, None is not given.
    """
    words: dict[str, t.Any] = {name: option.default for name, option in HOST_OPTIONS.items()}
    found = []
    for name, option in HOST_OPTIONS.items():
        given = raw.get(name)
        if given is None:
            continue
        try:
            words[name] = option.kind.parse(given)
        except NotLegal as wrong:
            value = "a value that is not shown" if option.secret else shown_input(given)
            found.append(Problem(path=name, value=value, expected=wrong.expected, nearest=wrong.nearest))
    if raw.get("smb_password") is not None and raw.get("smb_username") is None:
        found.append(Problem(path="smb_password", expected="needs smb_username beside it"))
    if raw.get("smb_username") is not None and raw.get("smb_password") is None:
        found.append(Problem(path="smb_username", expected="needs smb_password beside it"))
    return HostOptions(**words), tuple(found)
