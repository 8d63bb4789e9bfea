# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Scripts with the structure of those with which ansible-core transfers files.

They do nothing; ansible-core's own are sent by its plugins in test_lab_shell_transfer.
"""

from __future__ import annotations

import base64
import json
from typing import Any

OLD_PUT = (
    "begin {",
    "$path = 'C:\\it''s\u2019\u2019 here'",
    "$fd = [System.IO.File]::Create($path)",
    "process {",
    "$bytes = [System.Convert]::FromBase64String($input)",
    "$sha1.TransformBlock($bytes, 0, $bytes.Length, $bytes, 0)",
    "$fd.Write($bytes, 0, $bytes.Length)",
    "end {",
    '"sha1"',
)
OLD_GET = (
    "$path = 'C:\\here'",
    "If (Test-Path -LiteralPath $path -PathType Leaf)",
    "$buffer_size = 524288",
    "$offset = 1048576",
    "[System.Convert]::ToBase64String($bytes)",
    'Write-Host "[DIR]";',
)
OLD_PSRP = {
    "put": (
        "begin {",
        "$path = $MyInvocation.UnboundArguments[0]",
        "$fd = [System.IO.File]::Create($path)",
        "process {",
        "[System.Convert]::FromBase64String($input)",
        "$algo.TransformBlock($bytes, 0, $bytes.Length, $bytes, 0)",
        "$fd.Write($bytes, 0, $bytes.Length)",
        "$algo.TransformFinalBlock($bytes, 0, 0)",
        "sha1",
    ),
    "open": (
        "param([string]$Path)",
        "if (Test-Path -LiteralPath $path -PathType Leaf) {",
        "$fs = New-Object -TypeName System.IO.FileStream",
        '"[DIR]"',
        "$host.SetShouldExit(1)",
    ),
    "read": (
        "param([int64]$Offset, [int]$BufferSize)",
        "$fs.Seek($Offset, [System.IO.SeekOrigin]::Begin)",
        "[System.Convert]::ToBase64String($buffer, 0, $read)",
    ),
    "close": ("$fs.Close()",),
}
WRAPPER = ('[string]::Equals($in, "`0`0`0`0")', "ConvertFrom-Json", "$code.script", "$inputData | & $cmd @splat")
NEW_PUT = (
    "param (",
    "$InputObject",
    "begin {",
    "$fd = [File]::Create($Path)",
    "process {",
    "[Convert]::FromBase64String($InputObject)",
    "$sha1.TransformBlock($bytes, 0, $bytes.Length, $bytes, 0)",
    "$fd.Write($bytes, 0, $bytes.Length)",
    "$sha1.TransformFinalBlock($bytes, 0, 0)",
    '"sha1"',
)
NEW_GET = (
    "param (",
    "Test-Path -LiteralPath $Path -PathType Leaf",
    "$stream = [FileStream]::new(",
    "[Convert]::ToBase64String($buffer, 0, $read)",
    '"[DIR]"',
    "$Path does not exist",
)


def script(fragments: tuple[str, ...], without: int | None = None) -> str:
    """Return a script with these fragments, one left out."""
    return "\n".join(fragment for number, fragment in enumerate(fragments) if number != without)


def manifest(fragments: tuple[str, ...], *lines: str, without: int | None = None, **parameters: Any) -> list[str]:
    """Return the input of a wrapper."""
    content = base64.b64encode(script(fragments, without).encode()).decode()
    actions = [{"name": "x.ps1", "params": parameters, "secure_params": {}}]
    second = {"scripts": {"x.ps1": {"path": "x.ps1", "script": content}}, "actions": actions}
    return ['{"name": "exec_wrapper"}', "\0\0\0\0", json.dumps(second), "\0\0\0\0", *lines]
