# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""Makes a GPO, and completes one whose creation was broken off.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import contextlib
import typing as t
from collections.abc import Mapping

from .._registry.errors import AccessDenied, HostError, HostUnreachable
from .domain_state import read_gpo_again
from .domain_ways import Ways
from .gpo_object import GpoObject
from .ports import EditedMeanwhile
from .security import folder_descriptor

_CREATING: t.Final = "creating the GPO"


def create(
    ways: Ways,
    guid: str,
    name: str,
    attributes: Mapping[str, bytes],
    fill: t.Callable[[], None],
) -> None:
    """Make a GPO with its folder and its content; if that fails, nothing of it stays.

    Args:
        ways: The connections.
        guid: Its GUID.
        name: Its displayName.
        attributes: More attributes of its object.
        fill: Writes the content.

    Raises:
        AccessDenied: The account may not.
        EditedMeanwhile: Somebody else has made one of the same name at the same time.
        HostUnreachable: The connection was lost; what is there can be completed.
        HostError: It failed. If a part could not be removed, the text says what.
    """
    ways.writer.create(guid, name, attributes)
    try:
        _refuse_twins(ways, guid, name)
        complete(ways, read_gpo_again(ways.directory, guid), is_new=True)
        fill()
    except HostUnreachable:
        raise
    except HostError as failure:
        if rest := _unmade(ways, guid):
            reason = f"{failure.reason}; {rest}"
            raise type(failure)(
                doing=failure.doing, reason=reason, code=failure.code, advice=failure.advice
            ) from failure
        raise
    except BaseException:
        _unmade(ways, guid)
        raise


def complete(ways: Ways, gpo: GpoObject, *, is_new: bool = False) -> None:
    """Make what is missing of a GPO that nobody has edited yet.

    Args:
        ways: The connections.
        gpo: Its object.
        is_new: The objects below it are known to be there.

    Raises:
        AccessDenied: The account may not, or may not see what rights the folder is to have.
    """
    if not is_new:
        ways.writer.complete(gpo.dn, ways.directory.children(gpo))
    if gpo.descriptor is None:
        reason = "the account may not read the permissions of the GPO's object, from which those of its folder follow"
        raise AccessDenied(doing=_CREATING, reason=reason)
    ways.sysvol.folder(gpo.path).make(folder_descriptor(gpo.descriptor))


def _refuse_twins(ways: Ways, guid: str, name: str) -> None:
    """Let of two runs that make a GPO of the same name at the same time at most one win.

    Whoever looks last sees both, whatever the order.
    """
    others = [gpo.guid for gpo in ways.directory.gpos_named(name) if gpo.guid != guid]
    if others:
        reason = f"somebody else has made {', '.join(others)} of the same name at the same time"
        raise EditedMeanwhile(doing=f"{_CREATING} {name!r}", reason=reason, advice="Run again")


def _unmade(ways: Ways, guid: str) -> str:
    """Remove what was made; return what could not be removed, in words. Raises no error of ours."""
    try:
        gpo = ways.directory.gpo(guid)
        if gpo is not None:
            with contextlib.suppress(HostError):
                ways.sysvol.folder(gpo.path).remove_all()
            ways.writer.delete(gpo)
    except HostError as error:
        return f"the GPO {guid} stays behind, unfinished and not linked, for it could not be removed ({error.reason})"
    return ""
