# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The folder of a GPO in SYSVOL, on the domain controller whose directory is used.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

Names are found without regard to case by the controller: Windows makes ``Machine``, Samba ``MACHINE``. What keeps
editors from each other is an open ``Machine\Registry.pol`` that others may only read (MS-GPREG 3.1.5.4).
"""

from __future__ import annotations

import contextlib
import secrets
import time
import typing as t
from functools import partial

from .._registry.errors import AccessDenied, HostError, HostUnreachable, InputError, Problem
from . import smb_codes as codes
from .directory import Directory
from .directory_options import DirectoryOptions
from .ports import GPT_INI, REGISTRY_POL
from .security import SecurityDescriptor
from .smb_files import SmbFile, SmbFiles
from .smb_folders import Item, SmbFolders
from .smb_opening import SmbLogon
from .smb_session import SmbSession

SHARE: t.Final = "sysvol"
REDO: t.Final = rf"{REGISTRY_POL}.winfleet-redo"
r"""What ``Machine\Registry.pol`` is being changed to; there during an edit only, and after one that was broken off."""

_FOLDERS: t.Final = ("Machine", "User")
_NEW_GPT_INI: t.Final = b"[General]\r\nVersion=0\r\n"
_RIGHTS: t.Final = (
    "The account needs write access to the GPO in both places, the directory and SYSVOL (Group Policy Management: "
    "Delegation, Edit settings); to create one, it must be in Domain Admins or Group Policy Creator Owners"
)
_REACH: t.Final = (
    "LDAP and SMB must reach the same domain controller: check that TCP 445 of it is open from the control node"
)


class Sysvol:
    """The share on one controller, opened when it is first needed.

    Args:
        directory: The directory; SMB goes to the same controller.
        options: Who logs on.
        lock_timeout: Seconds to wait for a file that somebody else has open.
    """

    def __init__(self, directory: Directory, options: DirectoryOptions, *, lock_timeout: float) -> None:
        self.session = SmbSession(_logon(directory, options), SHARE, timeout=options.connection_timeout)
        self.files = SmbFiles(self.session, patience=lock_timeout, sleep=with_jitter)
        self.folders = SmbFolders(self.session)
        self.lock_timeout = lock_timeout

    def folder(self, path: str) -> GpoFolder:
        r"""Return the folder of a GPO.

        Args:
            path: gPCFileSysPath: ``\\<domain>\sysvol\<domain>\Policies\{GUID}``.

        Raises:
            HostError: The path is not one below the share.
        """
        parts = path.strip("\\").replace("/", "\\").split("\\")
        if not path.startswith("\\\\") or len(parts) < 3 or parts[1].lower() != SHARE or {"", ".", ".."} & set(parts):
            reason = f"gPCFileSysPath is {path!r}, which is no folder below the share {SHARE}"
            raise HostError(doing="looking for the GPO's files", reason=reason, advice="Repair the attribute")
        return GpoFolder(self, "\\".join(parts[2:]))


class GpoFolder:
    """The folder of one GPO.

    Args:
        sysvol: The share.
        path: The folder's path below it.
    """

    def __init__(self, sysvol: Sysvol, path: str) -> None:
        self.path = path
        self._sysvol = sysvol
        self._files = sysvol.files
        self._folders = sysvol.folders

    @property
    def unc(self) -> str:
        """The folder's full name on this controller."""
        return self._sysvol.session.unc(self.path)

    # -- reading ----------------------------------------------------------------------------------

    def read(self, name: str) -> bytes | None:
        """Return the content of a file in it, or None if there is none; nobody writes to it meanwhile."""
        with self._told():
            return self._files.read(self._below(name))

    def exists(self) -> bool:
        """Return whether the folder is there."""
        with self._told():
            return self._folders.exists(self.path)

    def everything(self) -> tuple[Item, ...]:
        """Return all that is in it; the paths begin within it."""
        start = len(self.path) + 1
        with self._told():
            found = self._folders.everything(self.path)
        return tuple(Item(path=item.path[start:], is_folder=item.is_folder) for item in found)

    def descriptor(self) -> SecurityDescriptor | None:
        """Return its owner, group and DACL; None if it is not there."""
        with self._told():
            return self._folders.descriptor(self.path)

    # -- writing ----------------------------------------------------------------------------------

    @contextlib.contextmanager
    def locked(self) -> t.Iterator[SmbFile]:
        r"""Give ``Machine\Registry.pol``, made if there is none, and keep all others from writing to it.

        Raises:
            HostError: Somebody else had it open for as long as the lock was waited for.
        """
        with self._told():
            file = self._open_to_edit()
        with file:
            yield file

    @contextlib.contextmanager
    def held(self) -> t.Iterator[None]:
        r"""Keep others from writing to ``Machine\Registry.pol``, if there is one."""
        with self._told():
            file = self._files.patiently(partial(self._files.hold, self._below(REGISTRY_POL)))
        with contextlib.nullcontext() if file is None else file:
            yield

    def _open_to_edit(self) -> SmbFile:
        path = self._below(REGISTRY_POL)
        attempt = partial(self._files.edit, path)
        try:
            return self._files.patiently(attempt)
        except HostError as refusal:
            if refusal.code not in codes.ABSENT:
                raise
        self._files.make_folder(self._below(_FOLDERS[0]))
        return self._files.patiently(attempt)

    def write(self, name: str, content: bytes) -> None:
        """Make this the content of a file in it."""
        self.rewrite(name, lambda dummy: content)

    def rewrite(self, name: str, change: t.Callable[[bytes], bytes]) -> None:
        """Change the content of a file in it, made if there is none; nobody else writes to it meanwhile."""
        with self._told(), self._files.patiently(partial(self._files.edit, self._below(name))) as file:
            before = file.read()
            after = change(before)
            if after != before:
                file.write(after)

    def remove(self, name: str) -> None:
        """Remove a file in it; nothing if there is none."""
        with self._told():
            self._files.patiently(partial(self._files.remove, self._below(name)))

    def make(self, descriptor: SecurityDescriptor) -> None:
        """Make what is missing of the folder of a new GPO; gpt.ini comes last and says that all of it is there."""
        with self._told():
            self._files.make_folder(self.path)
            self._folders.set_descriptor(self.path, descriptor)
            for name in _FOLDERS:
                self._files.make_folder(self._below(name))
        self.rewrite(GPT_INI, lambda before: before or _NEW_GPT_INI)

    def remove_all(self) -> None:
        """Remove the folder and all that is in it; nothing if there is none."""
        for item in reversed(self.everything()):
            with self._told():
                path = self._below(item.path)
                remove = self._folders.remove if item.is_folder else self._files.remove
                self._files.patiently(partial(remove, path))
        with self._told():
            self._files.patiently(partial(self._folders.remove, self.path))

    def _below(self, name: str) -> str:
        return rf"{self.path}\{name}"

    @contextlib.contextmanager
    def _told(self) -> t.Iterator[None]:
        """Put errors of files into words that are about GPOs."""
        try:
            yield
        except HostUnreachable as error:
            # The name of the share tells a firewall's work from a directory that is down.
            if not error.advice or error.logon_refused:
                raise
            advice = error.advice if _REACH in error.advice else _REACH
            told = HostUnreachable(
                doing=error.doing,
                reason=error.reason,
                advice=advice,
                outcome_unknown=error.outcome_unknown,
                logon_refused=error.logon_refused,
            )
            told.code = error.code
            raise told from None
        except AccessDenied as error:
            raise AccessDenied(doing=error.doing, reason=error.reason, code=error.code, advice=_RIGHTS) from None
        except HostError as error:
            if error.code not in codes.IN_USE:
                raise
            reason = f"somebody else is editing the GPO; waited for {self._sysvol.lock_timeout:g} s"
            advice = "Close the Group Policy editor, or raise lock_timeout"
            raise HostError(doing=error.doing, reason=reason, code=error.code, advice=advice) from None


def _logon(directory: Directory, options: DirectoryOptions) -> SmbLogon:
    """Return the logon to the same controller, proved in the same way as the one to the directory.

    Raises:
        InputError: The user name is a distinguished name, which only LDAP knows.
    """
    protocol = directory.client.logon.protocol
    if "=" in options.username and "," in options.username:
        expected = "must be DOMAIN\\name or name@domain: a distinguished name is no logon name for the files in SYSVOL"
        raise InputError([Problem(path="username", value=repr(options.username), expected=expected)])
    return SmbLogon(
        host=directory.client.host,
        username=options.username or None,
        password=options.password or None,
        auth_protocol="negotiate" if protocol == "simple" else protocol,
    )


def with_jitter(seconds: float) -> None:
    """Wait for about so long, so that two who wait for each other do not keep step."""
    time.sleep(seconds * (0.2 + secrets.randbelow(1000) / 1000))
