# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""One file operation on a Wine machine's disk, with the rights of its processes; standard library only.

The only argument is an order as JSON: ``verb`` (put or get), ``path``, ``prefix``, ``home``, and for get ``offset`` and
``size``. The content of put comes on stdin. The answer is a line of JSON, behind it the bytes that were read.
"""

from __future__ import annotations

import errno
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "wine" / "remote"))

from winpath import WinPaths

# System.IO's exceptions by the errno that they stand for, with their texts (.NET's Strings.resx).
_DENIED = ("UnauthorizedAccessException", "Access to the path '{path}' is denied.")
_NOWHERE = ("DirectoryNotFoundException", "Could not find a part of the path '{path}'.")
_FULL = ("IOException", "There is not enough space on the disk.")
_EXCEPTIONS = {
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.EISDIR: _DENIED,
    errno.ENOENT: _NOWHERE,
    errno.ENOTDIR: _NOWHERE,
    errno.ENOSPC: _FULL,
    errno.EFBIG: _FULL,
}


def _put(file: Path, content: bytes) -> None:
    if file.is_dir():
        raise IsADirectoryError(errno.EISDIR, str(file))
    if file.is_file() and file.stat().st_nlink > 1:
        # Files of a clone are hard links: never write into one, replace it.
        file.unlink()
    file.write_bytes(content)


def _get(file: Path, order: dict[str, Any]) -> tuple[str, bytes]:
    """Return the state and the content; what cannot even be looked at counts as missing, as for Test-Path."""
    try:
        if file.is_dir():
            return "folder", b""
        if not file.is_file():
            return "missing", b""
    except OSError:
        return "missing", b""
    with file.open("rb") as stream:
        stream.seek(order["offset"])
        return "done", stream.read(-1 if order["size"] is None else order["size"])


def main(order: dict[str, Any], content: bytes) -> bytes:
    """Carry out an order and return the answer."""
    paths = WinPaths(order["prefix"], order["home"])
    answer, data = {"state": "done"}, b""
    try:
        try:
            file = paths.unix(order["path"])
        except OSError:
            if order["verb"] == "put":
                raise
            return json.dumps({"state": "missing"}).encode() + b"\n"
        if order["verb"] == "put":
            _put(file, content)
        else:
            answer["state"], data = _get(file, order)
    except OSError as error:
        name, text = _EXCEPTIONS.get(error.errno or 0, ("IOException", error.strerror or "The operation failed."))
        shown = paths.absolute(order["path"]).replace("/", "\\")
        answer = {"state": "failed", "error": name, "text": text.format(path=shown)}
    return json.dumps(answer).encode() + b"\n" + data


if __name__ == "__main__":
    sys.stdout.buffer.write(main(json.loads(sys.argv[1]), sys.stdin.buffer.read()))
