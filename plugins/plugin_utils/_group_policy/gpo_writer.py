# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes to the directory that Group Policy needs; each of them either happens as planned or not at all.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import contextlib
import typing as t
from collections.abc import Iterable, Mapping

from .._registry.errors import HostError
from .directory import Directory
from .gpo_links import GpoLinks
from .gpo_object import FUNCTIONALITY_VERSION, GpoObject, LinkTarget, canonical_guid, directory_number
from .ldap_errors import NoSuchObject, NotAsExpected, ObjectExists
from .ldap_operations import Change, Modification
from .ports import EditedMeanwhile

# MS-GPOL 2.2.8.1: the two halves have an object each.
_CHILDREN: t.Final = ("Machine", "User")


class GpoWriter:
    """Creates, changes, links and deletes GPOs' objects.

    Args:
        directory: The directory, on a controller that can be written.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._client = directory.client

    # -- the object -------------------------------------------------------------------------------

    def create(self, guid: str, name: str, attributes: Mapping[str, bytes] | None = None) -> str:
        r"""Add a GPO's object and the two below it; its descriptor is the class's own.

        The version is 0, with which clients ignore the GPO, until content is there. If it fails half-way, what was
        made is removed; if the connection is lost, the next run finds the object by its name and completes it.

        Args:
            guid: A new GUID.
            name: displayName.
            attributes: More of them.

        Returns:
            The object's distinguished name.

        Raises:
            ObjectExists: There is a GPO of this GUID.
            AccessDenied: The account may not create GPOs.
        """
        dn = self._directory.gpo_dn(guid)
        domain = self._directory.facts.domain
        path = rf"\\{domain}\sysvol\{domain}\Policies\{canonical_guid(guid)}"
        values: dict[str, tuple[bytes, ...]] = {
            "objectClass": (b"top", b"container", b"groupPolicyContainer"),
            "displayName": (name.encode(),),
            "gPCFileSysPath": (path.encode(),),
            "gPCFunctionalityVersion": (str(FUNCTIONALITY_VERSION).encode(),),
            "versionNumber": (b"0",),
            "flags": (b"0",),
        }
        values |= {key: (value,) for key, value in (attributes or {}).items()}
        self._client.add(dn, values)
        try:
            self.complete(dn)
        except BaseException:
            with contextlib.suppress(HostError):
                self._client.delete(dn, tree=True)
            raise
        return dn

    def complete(self, dn: str, present: Iterable[str] = ()) -> tuple[str, ...]:
        """Add the objects below a GPO's object that are missing.

        Args:
            dn: The GPO's object.
            present: Common names of those that are known to be there.

        Returns:
            The common names of those that were added.
        """
        made = []
        known = {name.lower() for name in present}
        for child in _CHILDREN:
            if child.lower() not in known:
                with contextlib.suppress(ObjectExists):
                    self._client.add(f"CN={child},{dn}", {"objectClass": (b"top", b"container")})
                    made.append(child)
        return tuple(made)

    def change(self, gpo: GpoObject, *, version: int, attributes: Mapping[str, bytes | None] | None = None) -> None:
        """Change attributes of a GPO's object, if its version is still the one that was read.

        Args:
            gpo: As it was read.
            version: The new versionNumber, unsigned; it must differ, for the comparison hangs on it.
            attributes: New values of others; None removes one.

        Raises:
            EditedMeanwhile: Its version is another one now, or it is gone.
            AccessDenied: The account may not.
        """
        old = gpo.entry.values("versionNumber")
        steps = [Modification(change=Change.DELETE, attribute="versionNumber", values=old)] if old else []
        steps.append(_added("versionNumber", directory_number(version)))
        steps += [
            Modification(change=Change.REPLACE, attribute=name, values=() if value is None else (value,))
            for name, value in (attributes or {}).items()
        ]
        self._swap(gpo.dn, steps, f"changing the GPO {gpo.name!r}")

    def set_attributes(self, gpo: GpoObject, attributes: Mapping[str, bytes | None]) -> None:
        """Change attributes that clients do not apply by version, such as flags, each only if it still is as read.

        Raises:
            EditedMeanwhile: One of them is different now.
            AccessDenied: The account may not.
        """
        steps = []
        for name, value in attributes.items():
            old = gpo.entry.values(name)
            if old:
                steps.append(Modification(change=Change.DELETE, attribute=name, values=old))
            if value is not None:
                steps.append(_added(name, value))
        self._swap(gpo.dn, steps, f"changing the GPO {gpo.name!r}")

    def delete(self, gpo: GpoObject) -> bool:
        """Delete a GPO's object with all below it; links must be gone before, files go afterwards.

        Returns:
            False if it was gone already.
        """
        try:
            self._client.delete(gpo.dn, tree=True)
        except NoSuchObject:
            return False
        return True

    # -- links ------------------------------------------------------------------------------------

    def write_links(self, target: LinkTarget, links: GpoLinks) -> None:
        """Replace gPLink, if it is still the one that was read.

        Args:
            target: As it was read.
            links: What it is to hold; without any link the attribute is removed.

        Raises:
            EditedMeanwhile: Somebody else has changed the links.
            AccessDenied: The account may not.
        """
        text = links.to_text()
        steps = []
        if target.raw is not None:
            steps.append(Modification(change=Change.DELETE, attribute="gPLink", values=(target.raw,)))
        if text.strip():
            steps.append(_added("gPLink", text.encode()))
        self._swap(target.dn, steps, f"changing the links of {target.dn}")

    def _swap(self, dn: str, steps: list[Modification], doing: str) -> None:
        if not steps:
            return
        try:
            self._client.modify(dn, steps)
        except NotAsExpected as error:
            reason = "somebody else has changed it since it was read; nothing was written"
            raise EditedMeanwhile(doing=doing, reason=reason, code=error.code, advice="Run again") from error
        except NoSuchObject as error:
            raise EditedMeanwhile(doing=doing, reason="it has been deleted meanwhile", code=error.code) from error


def _added(name: str, value: bytes) -> Modification:
    return Modification(change=Change.ADD, attribute=name, values=(value,))
