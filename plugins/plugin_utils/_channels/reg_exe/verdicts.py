# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the markers of an export and of an import mean.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

from ..._registry.errors import AccessDenied, HostError, HostUnreachable
from ..._registry.model import RegistryKey
from ..commands.lines import DONE, Answer
from ..words import shown
from .lines import ancestor, lists, readable


def was_exported(answer: Answer, label: str, key: RegistryKey, *, temp_dir: str) -> bool:
    """Return True if a key was exported, False if it is absent.

    Raises:
        AccessDenied: It is there and may not be read.
        HostError: It could not be exported for another reason.
    """
    doing = f"reading {shown(str(key))}"
    code, made = answer.codes.get(label), answer.file_exists(label)
    if code is None or made is None:
        raise cut_off(doing)
    if code == DONE and made:
        return True
    cut = 0 if made else readable(answer, label, key)
    if cut is None:
        raise blind(doing)
    if cut == 0:
        raise HostError(
            doing=doing,
            reason=f"the key can be read, and reg.exe cannot export it to {temp_dir}: the folder is missing, the "
            "account may not write to it, its disk is full, or a key below may not be read",
            advice="temp_dir names another folder",
        )
    refuse_if_listed(answer, ancestor(key, cut - 1), doing=doing)
    return False


def refuse_if_listed(answer: Answer, key: RegistryKey, *, doing: str) -> None:
    """Tell denied from absent: do nothing for a key that is not there.

    Args:
        answer: What came back; it holds the list of the subkeys of the key's parent.
        key: A key that cannot be read, while its parent can.
        doing: What is being done.

    Raises:
        AccessDenied: It is there.
    """
    if lists(answer, key):
        raise AccessDenied(
            doing=doing,
            reason=f"the account may not read {shown(str(key))}",
            advice="The account must be a member of the host's Administrators",
        )


def blind(doing: str) -> HostError:
    """Return the error for a key none of whose parents can be read."""
    return HostError(
        doing=doing,
        reason="reg.exe cannot read any key above it either",
        advice="Look whether reg.exe may be run by the account of the connection",
    )


def not_imported(answer: Answer, label: str, file: str, *, doing: str) -> HostError:
    """Return why an import was not made, or not reported as made.

    Raises:
        HostUnreachable: There was no file. Most likely Ansible ran the command twice (``reconnection_retries``), and
            the first one imported and removed it.
    """
    if answer.file_exists(label) is False:
        raise HostUnreachable(
            doing=doing,
            reason=f"{file} was sent and is not there; the connection may have been lost in between",
            advice="Look whether something on the host removes files from temp_dir",
            outcome_unknown=True,
        )
    if label not in answer.codes:
        return cut_off(doing)
    return HostError(
        doing=doing,
        reason="reg.exe reports that it could not import everything",
        advice="The account must be a member of the host's Administrators",
    )


def cut_off(doing: str) -> HostError:
    """Return the error for a line that was not run to its end."""
    return HostError(doing=doing, reason="the answer of the host is cut off: not every step of the command reported")
