# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""Files and folders below one share, by their paths; the way of this collection to Windows' files by SMB.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

Names are found without regard to case by the host. Sources: MS-SMB2 2.2.13 for the numbers of access, sharing and
options; MS-FSA 2.1.5 for what an open file keeps others from.
"""

from __future__ import annotations

import contextlib
import time
import typing as t
from dataclasses import dataclass, replace
from types import TracebackType

from .._registry.errors import HostError
from . import smb_codes as codes
from .smb_session import SmbSession

try:
    from smbprotocol.file_info import (
        FileDispositionInformation,
        FileEndOfFileInformation,
        FileRenameInformation,
    )
    from smbprotocol.open import Open, SMB2SetInfoRequest
except ImportError:  # whoever lacks it is told when a session is opened
    Open = None

_READ: t.Final = 0x1
_WRITE: t.Final = 0x2
_DELETE: t.Final = 0x10000
# Read the attributes and wait for each operation: everybody may.
_ALWAYS: t.Final = 0x80 | 0x100000
_SHARE_READ: t.Final = 0x1
_SHARE_DELETE: t.Final = 0x4
_SHARE_ALL: t.Final = 0x7
_IMPERSONATION: t.Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class _How:
    """A way to open (MS-SMB2 2.2.13): what for, what others may do meanwhile, and what if it is absent."""

    doing: str = "opening"
    access: int
    share: int
    disposition: int = 1  # it must be there
    options: int = 0x40  # no folder
    attributes: int = 0x80


_HOLD: t.Final = _How(access=_READ, share=_SHARE_READ)
_HOLD_TO_REMOVE: t.Final = _How(access=_READ | _DELETE, share=_SHARE_READ)
_EDIT: t.Final = _How(access=_READ | _WRITE, share=_SHARE_READ, disposition=3)  # made if absent
_CREATE: t.Final = _How(doing="making", access=_WRITE | _DELETE, share=_SHARE_DELETE, disposition=2)  # must be absent
_REMOVE: t.Final = _How(doing="removing", access=_DELETE, share=_SHARE_ALL)
_EXCLUSIVE: t.Final = _How(access=_READ, share=0)
_FOLDER: t.Final = _How(doing="making", access=0, share=_SHARE_ALL, disposition=3, options=0x1)
_HIDDEN_FOLDER: t.Final = replace(_FOLDER, attributes=0x2)

# 64 KiB are one credit (MS-SMB2 3.2.4.1.5): a message never waits for more of them.
_CHUNK: t.Final = 65536
# Far beyond every policy file; the host must not fill our memory.
_LARGEST: t.Final = 64 * 1024 * 1024
_PAUSE: t.Final = 0.1

_Result = t.TypeVar("_Result")


class SmbFile:
    """An open file.

    It is closed when it is left as a context, without a word about that if something else went wrong inside.

    Args:
        session: The session that it belongs to.
        opened: The library's object.
        path: Its path below the share.
    """

    def __init__(self, session: SmbSession, opened: t.Any, path: str) -> None:
        self.path = path
        self._session = session
        self._opened = opened

    def __enter__(self) -> t.Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(*(() if error is None else (HostError,))):
            self.close()

    def read(self) -> bytes:
        """Return the whole content."""
        doing = f"reading {self._session.unc(self.path)}"
        size = int(self._opened.end_of_file)
        if size > _LARGEST:
            raise HostError(doing=doing, reason=f"the file has {size} bytes, which no policy file has")
        content = bytearray()
        while len(content) < size:
            with self._talk(doing):
                some = self._opened.read(len(content), min(_CHUNK, size - len(content)))
            if not some:
                raise HostError(doing=doing, reason="the file ends before its size")
            content += some
        return bytes(content)

    def write(self, content: bytes) -> None:
        """Make this the whole content and let the host put it on its disk."""
        doing = f"writing {self._session.unc(self.path)}"
        for start in range(0, len(content), _CHUNK):
            part = content[start : start + _CHUNK]
            with self._talk(doing):
                taken = self._opened.write(part, start)
            if taken != len(part):
                raise HostError(doing=doing, reason=f"the host took {taken} of {len(part)} bytes")
        if self._opened.end_of_file > len(content):
            information = FileEndOfFileInformation()
            information["end_of_file"] = len(content)
            self._set(information, doing)
        with self._talk(doing):
            self._opened.flush()
        self._opened.end_of_file = len(content)

    def rename(self, path: str, *, replace: bool) -> None:
        """Give the file another name in one step.

        Args:
            path: The new path below the share.
            replace: Take the place of a file that is there; else that is an error with the code COLLISION.
        """
        information = FileRenameInformation()
        information["replace_if_exists"] = replace
        information["file_name"] = path
        self._set(information, f"putting {self._session.unc(path)} in place")
        self.path = path

    def remove(self) -> None:
        """Let the file vanish when it is closed."""
        information = FileDispositionInformation()
        information["delete_pending"] = True
        self._set(information, f"removing {self._session.unc(self.path)}")

    def close(self) -> None:
        """Close the file; the end of its connection has closed it as well."""
        if self._session.is_open(self._opened.tree_connect):
            with self._talk(f"closing {self._session.unc(self.path)}"):
                self._opened.close()

    def _talk(self, doing: str) -> contextlib.AbstractContextManager[t.Any]:
        return self._session.talk(doing, only=self._opened.tree_connect)

    def _set(self, information: t.Any, doing: str) -> None:
        request = SMB2SetInfoRequest()
        request["info_type"] = information.INFO_TYPE
        request["file_info_class"] = information.INFO_CLASS
        request["file_id"] = self._opened.file_id
        request["buffer"] = information.pack()
        with self._talk(doing) as tree:
            connection = tree.session.connection
            connection.receive(connection.send(request, tree.session.session_id, tree.tree_connect_id))


class SmbFiles:
    """The files below one share.

    Args:
        session: The session.
        patience: Seconds to wait for a file that somebody else has open.
        clock: Seconds that only go up.
        sleep: Waits for some seconds.
    """

    def __init__(
        self,
        session: SmbSession,
        *,
        patience: float = 3.0,
        clock: t.Callable[[], float] = time.monotonic,
        sleep: t.Callable[[float], None] = time.sleep,
    ) -> None:
        self.session = session
        self._patience = patience
        self._clock = clock
        self._sleep = sleep

    def patiently(self, attempt: t.Callable[[], _Result]) -> _Result:
        """Return what an attempt returns; repeat it while somebody else has the file open.

        Raises:
            HostError: The attempt failed for another reason, or for that one until the patience was at its end.
        """
        end = self._clock() + self._patience
        while True:
            try:
                return attempt()
            except HostError as error:
                if error.code not in codes.IN_USE or self._clock() >= end:
                    raise
            self._sleep(_PAUSE)

    def read(self, path: str) -> bytes | None:
        """Return the content of a file, or None if there is none; nobody writes to it meanwhile."""
        file = self.patiently(lambda: self.hold(path))
        if file is None:
            return None
        with file:
            return file.read()

    def hold(self, path: str, *, to_remove: bool = False) -> SmbFile | None:
        """Open a file so that nobody else can write to it, rename or remove it; None if there is none.

        Args:
            path: Its path below the share.
            to_remove: It may be removed by this.
        """
        return self._present(path, _HOLD_TO_REMOVE if to_remove else _HOLD)

    def edit(self, path: str) -> SmbFile:
        """Open a file for reading and writing, made if there is none; others may read it only."""
        return self._open(path, _EDIT)

    def create(self, path: str) -> SmbFile:
        """Make a new file, to be written and renamed; nobody can read it before it is closed."""
        return self._open(path, _CREATE)

    def make_folder(self, path: str, *, hidden: bool = False) -> None:
        """Make a folder if there is none.

        Args:
            path: Its path below the share; the folder above it is there.
            hidden: A new one gets the attribute.
        """
        self._open(path, _HIDDEN_FOLDER if hidden else _FOLDER).close()

    def remove(self, path: str) -> None:
        """Remove a file; nothing if there is none."""
        file = self._present(path, _REMOVE)
        if file is not None:
            with file:
                file.remove()

    def in_use(self, path: str) -> bool:
        """Tell whether somebody has a file open, we included."""
        try:
            file = self._present(path, _EXCLUSIVE)
        except HostError as error:
            if error.code in codes.IN_USE:
                return True
            raise
        if file is not None:
            file.close()
        return False

    def _present(self, path: str, how: _How) -> SmbFile | None:
        try:
            return self._open(path, how)
        except HostError as error:
            if error.code in codes.ABSENT:
                return None
            raise

    def _open(self, path: str, how: _How) -> SmbFile:
        with self.session.talk(f"{how.doing} {self.session.unc(path)}") as tree:
            opened = Open(tree, path)
            access = how.access | _ALWAYS
            opened.create(_IMPERSONATION, access, how.attributes, how.share, how.disposition, how.options)
        return SmbFile(self.session, opened, path)
