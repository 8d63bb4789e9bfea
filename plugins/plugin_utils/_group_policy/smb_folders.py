# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""Folders below one share: what is in them, who may do what, and how they go.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

Sources: MS-SMB2 2.2.33 (what a folder holds), 2.2.37 and 2.2.39 with information of the type 3 (security descriptors).
"""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass

from .._registry.errors import HostError
from . import smb_codes as codes
from .security import SecurityDescriptor, decode, encode
from .smb_session import SmbSession

try:
    from smbprotocol.exceptions import SMBResponseException
    from smbprotocol.file_info import FileDispositionInformation, FileInformationClass
    from smbprotocol.open import Open, SMB2QueryInfoRequest, SMB2QueryInfoResponse, SMB2SetInfoRequest
except ImportError:  # whoever lacks it is told when a session is opened
    Open = None

_LIST: t.Final = 0x1
_DELETE: t.Final = 0x10000
_READ_CONTROL: t.Final = 0x20000
_WRITE_DAC: t.Final = 0x40000
_WRITE_OWNER: t.Final = 0x80000
_ALWAYS: t.Final = 0x80 | 0x100000
_SHARE_ALL: t.Final = 0x7
_IS_FOLDER: t.Final = 0x10
_FOLDER_OPTION: t.Final = 0x1
_OPEN_OPTION: t.Final = 1
_IMPERSONATION: t.Final = 2
_SECURITY: t.Final = 3
_OWNER_GROUP_DACL: t.Final = 7
_DACL: t.Final = 4
_NO_MORE_FILES: t.Final = 0x80000006
_INVALID_OWNER: t.Final = 0xC000005A
_LARGEST_DESCRIPTOR: t.Final = 65536
_MOST_ITEMS: t.Final = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """Something in a folder.

    Attributes:
        path: Its path below the share.
        is_folder: It is a folder.
    """

    path: str
    is_folder: bool


class SmbFolders:
    """The folders below one share.

    Args:
        session: The session.
    """

    def __init__(self, session: SmbSession) -> None:
        self._session = session

    def exists(self, path: str) -> bool:
        """Return whether there is a folder of this path."""
        with self._opened(path, 0, "looking for") as opened:
            return opened is not None

    def items(self, path: str) -> tuple[Item, ...] | None:
        """Return what is directly in a folder; None if there is no such folder."""
        names: list[Item] = []
        with self._opened(path, _LIST, "listing") as opened:
            if opened is None:
                return None
            while part := self._part(opened, path):
                names += part
                if len(names) > _MOST_ITEMS:
                    raise HostError(doing=f"listing {self._session.unc(path)}", reason="it holds more than is believed")
        return tuple(sorted(names, key=lambda item: item.path.lower()))

    def everything(self, path: str) -> tuple[Item, ...]:
        """Return all that is in a folder, at every depth, each folder before what is in it."""
        found: list[Item] = []
        for item in self.items(path) or ():
            found.append(item)
            if item.is_folder:
                found += self.everything(item.path)
            if len(found) > _MOST_ITEMS:
                raise HostError(doing=f"listing {self._session.unc(path)}", reason="it holds more than is believed")
        return tuple(found)

    def descriptor(self, path: str) -> SecurityDescriptor | None:
        """Return owner, group and DACL of a folder; None if there is no such folder.

        Raises:
            FormatError: It is none.
        """
        doing = f"reading the permissions of {self._session.unc(path)}"
        with self._opened(path, _READ_CONTROL, "opening") as opened:
            if opened is None:
                return None
            request = SMB2QueryInfoRequest()
            request["info_type"] = _SECURITY
            request["output_buffer_length"] = _LARGEST_DESCRIPTOR
            request["additional_information"] = _OWNER_GROUP_DACL
            request["file_id"] = opened.file_id
            answer = SMB2QueryInfoResponse()
            with self._session.talk(doing, only=opened.tree_connect) as tree:
                connection = tree.session.connection
                sent = connection.send(request, tree.session.session_id, tree.tree_connect_id)
                answer.unpack(connection.receive(sent)["data"].get_value())
            return decode(answer["buffer"].get_value())

    def set_descriptor(self, path: str, descriptor: SecurityDescriptor) -> None:
        """Give a folder owner, group and DACL; without the right to give it that owner, the DACL alone."""
        try:
            self._set_parts(path, descriptor, _OWNER_GROUP_DACL, _WRITE_DAC | _WRITE_OWNER)
        except HostError as refusal:
            if refusal.code not in (_INVALID_OWNER, codes.DENIED):
                raise
            # Whoever has made a folder owns it, and may say who else may use it.
            self._set_parts(path, descriptor, _DACL, _WRITE_DAC)

    def remove(self, path: str) -> None:
        """Remove an empty folder; nothing if there is none."""
        doing = f"removing {self._session.unc(path)}"
        with self._opened(path, _DELETE, "removing") as opened:
            if opened is None:
                return
            information = FileDispositionInformation()
            information["delete_pending"] = True
            request = SMB2SetInfoRequest()
            request["info_type"] = information.INFO_TYPE
            request["file_info_class"] = information.INFO_CLASS
            request["file_id"] = opened.file_id
            request["buffer"] = information.pack()
            self._ask(request, opened, doing)

    # -- parts ------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _opened(self, path: str, access: int, doing: str) -> t.Iterator[t.Any]:
        """Give the library's open folder, or None if there is none."""
        doing = f"{doing} {self._session.unc(path)}"
        try:
            with self._session.talk(doing) as tree:
                opened = Open(tree, path)
                options = _FOLDER_OPTION
                opened.create(_IMPERSONATION, access | _ALWAYS, 0x10, _SHARE_ALL, _OPEN_OPTION, options)
        except HostError as refusal:
            if refusal.code not in codes.ABSENT:
                raise
            opened = None
        try:
            yield opened
        finally:
            if opened is not None and self._session.is_open(opened.tree_connect):
                with self._session.talk(f"closing {self._session.unc(path)}", only=opened.tree_connect):
                    opened.close()

    def _part(self, opened: t.Any, path: str) -> list[Item]:
        """Return the next part of a folder's content; nothing behind the last one."""
        kind = FileInformationClass.FILE_DIRECTORY_INFORMATION
        with self._session.talk(f"listing {self._session.unc(path)}", only=opened.tree_connect):
            try:
                found = opened.query_directory("*", kind)
            except SMBResponseException as end:
                if end.status != _NO_MORE_FILES:
                    raise
                return []
        items = []
        for entry in found:
            name = entry["file_name"].get_value().decode("utf-16-le", "surrogatepass")
            if set(name) & set("\\/\0"):
                raise HostError(doing=f"listing {self._session.unc(path)}", reason="it holds a name that is none")
            if name not in {".", ".."}:
                is_folder = bool(entry["file_attributes"].get_value() & _IS_FOLDER)
                items.append(Item(path=rf"{path}\{name}", is_folder=is_folder))
        # A part that holds nothing but the two dots is not the end.
        return items or self._part(opened, path)

    def _set_parts(self, path: str, descriptor: SecurityDescriptor, parts: int, access: int) -> None:
        doing = f"setting the permissions of {self._session.unc(path)}"
        with self._opened(path, _READ_CONTROL | access, "opening") as opened:
            if opened is None:
                raise HostError(doing=doing, reason="the folder is not there")
            request = SMB2SetInfoRequest()
            request["info_type"] = _SECURITY
            request["additional_information"] = parts
            request["file_id"] = opened.file_id
            request["buffer"] = encode(descriptor)
            self._ask(request, opened, doing)

    def _ask(self, request: t.Any, opened: t.Any, doing: str) -> None:
        with self._session.talk(doing, only=opened.tree_connect) as tree:
            connection = tree.session.connection
            connection.receive(connection.send(request, tree.session.session_id, tree.tree_connect_id))
