# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""An SFTP server, version 3 (draft-ietf-secsh-filexfer-02), with Windows' path rules. Standard library only."""

from __future__ import annotations

import errno
import os
import stat
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from sftp_wire import Reader, attributes, packed, packed_text
from winpath import WinPaths

_INIT, _VERSION = 1, 2
_STATUS, _HANDLE, _DATA, _NAME, _ATTRS = 101, 102, 103, 104, 105
_OK, _EOF, _NO_SUCH_FILE, _PERMISSION_DENIED, _FAILURE, _BAD_MESSAGE, _UNSUPPORTED = 0, 1, 2, 3, 4, 5, 8
_WORDS = {
    _OK: "Success",
    _EOF: "End of file",
    _NO_SUCH_FILE: "No such file",
    _PERMISSION_DENIED: "Permission denied",
    _FAILURE: "Failure",
    _BAD_MESSAGE: "Bad message",
    _UNSUPPORTED: "Operation unsupported",
}
_READ, _WRITE, _APPEND, _CREATE, _TRUNCATE, _EXCLUSIVE = 1, 2, 4, 8, 16, 32
_HOW = {_APPEND: os.O_APPEND, _CREATE: os.O_CREAT, _TRUNCATE: os.O_TRUNC, _EXCLUSIVE: os.O_EXCL}
_MAX_PACKET = 1 << 20
_LISTED_AT_ONCE = 100


class SftpServer:
    """One session.

    Args:
        paths: The host's drives.
        source: Where packets come from.
        sink: Where answers go.
        note: Called with ``put``, ``get``, ``remove``... and the path before the operation is done.
    """

    def __init__(self, paths: WinPaths, source: BinaryIO, sink: BinaryIO, note: Callable[[str, str], None]) -> None:
        self._paths, self._source, self._sink, self._note = paths, source, sink, note
        self._handles: dict[bytes, int | list[str]] = {}
        self._folders: dict[bytes, Path] = {}
        self._made = 0
        self._verbs: dict[int, Callable[[Reader], bytes]] = {
            3: self._open,
            4: self._close,
            5: self._read,
            6: self._write,
            7: lambda packet: self._stat(self._unix(packet).lstat()),
            8: lambda packet: self._stat(os.fstat(self._descriptor(packet))),
            9: lambda packet: self._set(self._unix(packet), packet),
            10: lambda packet: self._set(self._descriptor(packet), packet),
            11: self._open_folder,
            12: self._list,
            13: lambda packet: self._done(self._noted("remove", packet).unlink()),
            14: lambda packet: self._done(self._noted("mkdir", packet).mkdir()),
            15: lambda packet: self._done(self._noted("rmdir", packet).rmdir()),
            16: self._real_path,
            17: lambda packet: self._stat(self._unix(packet).stat()),
            18: lambda packet: self._rename(packet, replaces=False),
            200: self._extended,
        }

    def serve(self) -> None:
        """Answer until the client goes."""
        while head := self._source.read(4):
            (length,) = struct.unpack(">I", head)
            if not 0 < length <= _MAX_PACKET:
                return
            packet = self._source.read(length)
            if packet[0] == _INIT:
                extension = packed_text("posix-rename@openssh.com") + packed_text("1")
                self._send(bytes([_VERSION]) + struct.pack(">I", 3) + extension)
                continue
            number, reader = packet[1:5], Reader(packet[5:])
            answer = self._answer(packet[0], reader)
            self._send(answer[:1] + number + answer[1:])

    def _send(self, packet: bytes) -> None:
        self._sink.write(packed(packet))
        self._sink.flush()

    def _answer(self, verb: int, packet: Reader) -> bytes:
        if verb not in self._verbs:
            return self._status(_UNSUPPORTED)
        try:
            return self._verbs[verb](packet)
        except FileNotFoundError:
            return self._status(_NO_SUCH_FILE)
        except PermissionError:
            return self._status(_PERMISSION_DENIED)
        except (struct.error, ValueError, KeyError):
            return self._status(_BAD_MESSAGE)
        except OSError:
            # A full disk is no more than a failure in version 3.
            return self._status(_FAILURE)

    @staticmethod
    def _status(code: int) -> bytes:
        return bytes([_STATUS]) + struct.pack(">I", code) + packed_text(_WORDS[code]) + packed_text("")

    def _done(self, _nothing: None) -> bytes:
        return self._status(_OK)

    @staticmethod
    def _stat(found: os.stat_result) -> bytes:
        return bytes([_ATTRS]) + attributes(found)

    def _unix(self, packet: Reader) -> Path:
        return self._paths.unix(packet.text())

    def _noted(self, verb: str, packet: Reader) -> Path:
        path = packet.text()
        self._note(verb, self._paths.absolute(path).replace("/", "\\"))
        return self._paths.unix(path)

    def _descriptor(self, packet: Reader) -> int:
        handle = self._handles[packet.bytes()]
        if isinstance(handle, list):
            raise ValueError("a folder's handle")
        return handle

    def _handle(self, content: int | list[str]) -> bytes:
        self._made += 1
        name = str(self._made).encode()
        self._handles[name] = content
        return bytes([_HANDLE]) + packed(name)

    # -- files ------------------------------------------------------------------------------------

    def _open(self, packet: Reader) -> bytes:
        path, flags = packet.text(), packet.number()
        packet.mode_and_times()
        self._note("put" if flags & _WRITE else "get", self._paths.absolute(path).replace("/", "\\"))
        how = (os.O_RDWR if flags & _READ else os.O_WRONLY) if flags & _WRITE else os.O_RDONLY
        for asked, flag in _HOW.items():
            how |= flag if flags & asked else 0
        unix = self._paths.unix(path)
        if unix.is_dir():
            raise PermissionError(errno.EACCES, path)
        if how & os.O_TRUNC and unix.exists():
            # Files of a clone are hard links: never write into one, replace it.
            unix.unlink()
            how |= os.O_CREAT
        return self._handle(os.open(unix, how, 0o644))

    def _close(self, packet: Reader) -> bytes:
        name = packet.bytes()
        handle = self._handles.pop(name)
        self._folders.pop(name, None)
        if isinstance(handle, int):
            os.close(handle)
        return self._status(_OK)

    def _read(self, packet: Reader) -> bytes:
        descriptor, offset, length = self._descriptor(packet), packet.number(">Q"), packet.number()
        data = os.pread(descriptor, min(length, 1 << 18), offset)
        return bytes([_DATA]) + packed(data) if data else self._status(_EOF)

    def _write(self, packet: Reader) -> bytes:
        descriptor, offset, data = self._descriptor(packet), packet.number(">Q"), packet.bytes()
        while data:
            written = os.pwrite(descriptor, data, offset)
            offset, data = offset + written, data[written:]
        return self._status(_OK)

    def _set(self, target: Path | int, packet: Reader) -> bytes:
        _mode, times, size = packet.mode_and_times()
        if size is not None:
            os.truncate(target, size)
        if times is not None:
            os.utime(target, times)
        # Windows has no mode but the read-only attribute, which a chmod of its sshd leaves alone.
        return self._status(_OK)

    def _rename(self, packet: Reader, *, replaces: bool) -> bytes:
        old, new = self._noted("rename", packet), self._unix(packet)
        if not replaces and new.exists():
            raise FileExistsError(errno.EEXIST, str(new))
        old.replace(new)
        return self._status(_OK)

    def _extended(self, packet: Reader) -> bytes:
        if packet.text() == "posix-rename@openssh.com":
            return self._rename(packet, replaces=True)
        return self._status(_UNSUPPORTED)

    # -- folders ----------------------------------------------------------------------------------

    def _open_folder(self, packet: Reader) -> bytes:
        path = packet.text()
        if self._paths.absolute(path) == "/":
            return self._handle(self._paths.drives())
        unix = self._paths.unix(path)
        answer = self._handle([".", "..", *sorted((entry.name for entry in unix.iterdir()), key=str.lower)])
        self._folders[str(self._made).encode()] = unix
        return answer

    def _list(self, packet: Reader) -> bytes:
        name = packet.bytes()
        names = self._handles[name]
        if not isinstance(names, list):
            raise ValueError("a file's handle")
        if not names:
            return self._status(_EOF)
        taken, names[:] = names[:_LISTED_AT_ONCE], names[_LISTED_AT_ONCE:]
        folder = self._folders.get(name)
        parts = [self._entry(entry, folder / entry if folder else Path("/")) for entry in taken]
        return bytes([_NAME]) + struct.pack(">I", len(parts)) + b"".join(parts)

    @staticmethod
    def _entry(name: str, unix: Path) -> bytes:
        found = unix.lstat()
        when = time.strftime("%b %d %H:%M", time.localtime(found.st_mtime))
        long_name = f"{stat.filemode(found.st_mode)} 1 user group {found.st_size:>10} {when} {name}"
        return packed_text(name) + packed_text(long_name) + attributes(found)

    def _real_path(self, packet: Reader) -> bytes:
        shown = self._paths.shown(packet.text())
        return bytes([_NAME]) + struct.pack(">I", 1) + packed_text(shown) + packed_text(shown) + struct.pack(">I", 0)
