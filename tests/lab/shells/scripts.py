# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The PowerShell scripts with which ansible-core transfers files, told by their structure.

Two generations, in ansible-core 2.18 and from 2.19 on. The older connection plugins send a script each, with the path
in it or as an argument. The newer ones send a wrapper; on its input come a second wrapper and a manifest in JSON, which
holds the script in base64 and its parameters, and then the script's own input.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

# The line between the parts of a wrapper's input.
SEPARATOR = "\0\0\0\0"
Task = Literal["put", "get"]

# A single-quoted string of PowerShell; the typographic quotes count too (about_Quoting_Rules).
_QUOTES = "'\u2018\u2019\u201a\u201b"
_STRING = f"'((?:[^{_QUOTES}]|[{_QUOTES}]{{2}})*)'"
_DOUBLED = re.compile(f"([{_QUOTES}])[{_QUOTES}]")


def _structure(*fragments: str) -> re.Pattern[str]:
    """Return the pattern of a script that holds these fragments in this order, whatever stands in between."""
    return re.compile(r"[\s\S]*?".join(["", *fragments, ""]), re.IGNORECASE)


_CREATE = r"\$fd = \[(?:System\.IO\.)?File\]::Create\(\$Path\)"
_DIGEST = (r"FromBase64String\(", r"TransformBlock\(", r"\$fd\.Write\(", r"TransformFinalBlock\(", r"sha1")
_TESTED = (
    r"Test-Path -LiteralPath \$path -PathType Leaf",
    r"Test-Path (?:-LiteralPath|-Path) \$path -PathType Container",
)
_WRAPPER = _structure(r"`0`0`0`0", r"ConvertFrom-Json", r"\$code\.script", r"& \$cmd @splat")

_OLD_PUT = _structure(r"^\s*begin \{", rf"\$path = {_STRING}", _CREATE, r"process \{", *_DIGEST[:3], r"end \{", r"sha1")
_OLD_GET = _structure(
    rf"\$path = {_STRING}", _TESTED[0], r"\$buffer_size = (\d+)", r"\$offset = (\d+)", r"ToBase64String\(", r"\[DIR\]"
)
_OLD_PSRP_PUT = _structure(
    r"^\s*begin \{", r"\$path = \$MyInvocation\.UnboundArguments\[0\]", _CREATE, r"process \{", *_DIGEST
)
_OLD_PSRP_OPEN = _structure(
    r"^\s*param\(\[string\]\$Path\)", _TESTED[0], r"\$fs = New-Object", r"\[DIR\]", "SetShouldExit"
)
_OLD_PSRP_READ = _structure(r"^\s*param\(\[int64\]\$Offset, \[int\]\$BufferSize\)", r"\$fs\.Seek", r"ToBase64String\(")
_OLD_PSRP_CLOSE = re.compile(r"\s*\$fs\.Close\(\)\s*")

_NEW_PUT = _structure(r"param", r"\$InputObject", r"begin \{", _CREATE, r"process \{", *_DIGEST)
_NEW_GET = _structure(
    r"param", _TESTED[0], r"\[FileStream\]::new\(", r"ToBase64String\(", r"\[DIR\]", r"does not exist"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A file operation that a script asks for.

    Attributes:
        task: What to do.
        path: The file.
        offset: Where to read a piece; None to read the whole file, piece by piece.
        size: How many bytes a piece has.
    """

    task: Task
    path: str
    offset: int | None = None
    size: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What came on a wrapper's input.

    Attributes:
        order: The file operation, or None if the script is another one.
        lines: The script's own input.
    """

    order: Order | None
    lines: tuple[str, ...]


def is_wrapper(script: str) -> bool:
    """Tell whether a script is the wrapper of the newer generation."""
    return _WRAPPER.match(script) is not None


def winrm_order(script: str) -> Order | None:
    """Return what a script of the older winrm plugin asks for."""
    if match := _OLD_PUT.match(script):
        return Order(task="put", path=_undoubled(match[1]))
    if match := _OLD_GET.match(script):
        return Order(task="get", path=_undoubled(match[1]), size=int(match[2]), offset=int(match[3]))
    return None


def psrp_step(script: str) -> Literal["put", "open", "read", "close"] | None:
    """Tell which script of the older psrp plugin this is."""
    steps = {"put": _OLD_PSRP_PUT, "open": _OLD_PSRP_OPEN, "read": _OLD_PSRP_READ}
    for step, pattern in steps.items():
        if pattern.match(script):
            return step  # type: ignore[return-value]
    return "close" if _OLD_PSRP_CLOSE.fullmatch(script) else None


def read_manifest(lines: Sequence[str]) -> Manifest:
    """Read a wrapper's input."""
    parts: list[list[str]] = [[]]
    for line in lines:
        if line == SEPARATOR and len(parts) < 3:
            parts.append([])
        else:
            parts[-1].append(line)
    second, rest = (parts[1] if len(parts) > 1 else []), (parts[2] if len(parts) > 2 else [])
    return Manifest(order=_order_in("\n".join(second)), lines=tuple(rest))


def _order_in(text: str) -> Order | None:
    try:
        return _order_of(json.loads(text))
    except (ValueError, LookupError, TypeError):
        return None


def _order_of(manifest: dict[str, Any]) -> Order | None:
    (action,) = manifest["actions"]
    script = base64.b64decode(manifest["scripts"][action["name"]]["script"]).decode("utf-8")
    parameters = action["params"]
    path = str(parameters["Path"])
    if _NEW_PUT.match(script):
        return Order(task="put", path=path)
    if _NEW_GET.match(script):
        offset = parameters.get("Offset")
        return Order(
            task="get",
            path=path,
            offset=None if offset is None else int(offset),
            size=int(parameters["BufferSize"]),
        )
    return None


def _undoubled(text: str) -> str:
    return _DOUBLED.sub(r"\1", text)
