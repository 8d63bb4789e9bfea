# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The members of the local group of helpers by ``net localgroup``.

Its words are translated, its frame is the same everywhere: lines about the group, a line of dashes, a member on each
line, a last line that says that all went well. A failure shows the number of the system's error. Names are in the code
page of the host: one that is not plain ASCII cannot be told for certain, and then the members are not known.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import re
import typing as t

from ..._policy.host_facts import DOMAIN_CONTROLLER, HelperGroup, Membership, OperatingSystem, Unread
from ..._registry.errors import AccessDenied, HostError
from ..commands.lines import DONE, proof
from ..reg_exe.files import HostFiles
from .attempts import attempt
from .helper_sync import GROUP

_DOING: t.Final = f"reading the members of the group {GROUP}"
_NET: t.Final = r"%SystemRoot%\System32\net.exe"
_LABEL: t.Final = "group"
_STEPS: t.Final = (f"echo RA:{_LABEL}.from:{DONE}", f'{_NET} localgroup "{GROUP}" 2>&1', proof(_LABEL))

_DASHES: t.Final = re.compile(rb"-{20,}")
_NO_SUCH_GROUP: t.Final = 1376  # ERROR_NO_SUCH_ALIAS
_DENIED: t.Final = 5
_NUMBER: t.Final = re.compile(rb"(?<![0-9])[0-9]{1,5}(?![0-9])")
# What no name of an account can hold: "?" stands for characters that the code page lacks.
_FOREIGN: t.Final = re.compile(rb'[^ -~]|["/:;|=,+*?<>]')


def read_group(
    files: HostFiles, system: OperatingSystem | Unread, membership: Membership | Unread
) -> HelperGroup | Unread:
    """Return the members of the local group.

    Args:
        files: The way to the host.
        system: What Windows it is; a domain controller has no local groups.
        membership: Where the computer's own name stands: accounts of its own are shown without it.

    Raises:
        HostUnreachable: The connection was lost.
    """
    if isinstance(system, OperatingSystem) and system.kind == DOMAIN_CONTROLLER:
        return Unread(why="a domain controller has no local groups")
    computer = membership.computer if isinstance(membership, Membership) else ""
    return attempt(lambda: _group(files, computer))


def _group(files: HostFiles, computer: str) -> HelperGroup:
    answer = files.run(_DOING, *_STEPS)
    text, done = answer.between(f"{_LABEL}.from", _LABEL), answer.said(_LABEL)
    if text is None:
        raise HostError(doing=_DOING, reason="the answer of the host is cut off")
    if not done:
        numbers = {int(number) for number in _NUMBER.findall(text)}
        if _NO_SUCH_GROUP in numbers:
            return HelperGroup(exists=False)
        if _DENIED in numbers:
            raise AccessDenied(doing=_DOING, reason="access denied", code=_DENIED)
        raise HostError(doing=_DOING, reason="net localgroup fails")
    return HelperGroup(exists=True, members=tuple(_member(line, computer) for line in _members(text)))


def _members(text: bytes) -> list[bytes]:
    """Return the lines between the dashes and the last one."""
    lines = [line.strip() for line in text.splitlines()]
    frames = [number for number, line in enumerate(lines) if _DASHES.fullmatch(line)]
    below = [line for line in lines[frames[0] + 1 :] if line] if len(frames) == 1 else []
    if not below:
        raise HostError(doing=_DOING, reason="what net localgroup prints is not understood")
    return below[:-1]


def _member(line: bytes, computer: str) -> str:
    if _FOREIGN.search(line):
        raise HostError(doing=_DOING, reason="over ssh, names beyond ASCII cannot be told for certain")
    name = line.decode("ascii")
    return name if "\\" in name or not computer else f"{computer}\\{name}"
