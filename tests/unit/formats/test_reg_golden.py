# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An export that Wine's reg.exe (8.0) made of a key with every type, many lengths of lines, and names of all kinds."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._formats.reg_reader import decode
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._formats.reg_text import (
    Key,
    RegFile,
    SetValue,
    encode,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._formats.registry_data import from_raw
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import FormatError

GOLDEN = Path(__file__).with_name("wine_export.reg").read_bytes()
ROOT = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\RA Golden"


def values(content: RegFile) -> dict[str, object]:
    (key,) = (key for key in content.keys if key.path == ROOT)
    assert isinstance(key, Key)
    entries = [entry for entry in key.entries if isinstance(entry, SetValue)]
    return {entry.name: from_raw("", entry.type, entry.data).data for entry in entries}


def test_every_type_is_read() -> None:
    found = values(decode(GOLDEN))
    expected = {
        "": "default value",
        "n0": b"",
        "n1": b"\1\2",
        "sz": 'CORP\\Hjälpdesk "x" 日本語 😀 ',
        "lines": "one\r\ntwo\nthree\rfour",
        "empty": "",
        "expand": "%SystemRoot%\\x",
        "b0": b"",
        "d": 2**32 - 1,
        "be": b"\0\0\0\1",
        "link": b"a\0",
        "multi": ("a", "ß", "日"),
        "m0": (),
        "q": 2**64 - 2,
        "t": b"\xff",
        "%^&": "]",
        "a]b=c;d": ";",
        "@": "@",
        "z" * 100: bytes(30),
        **{"x" * number: bytes(range(60)) for number in range(1, 40)},
    }
    assert expected == {name: found[name] for name in expected}


def test_keys_with_brackets_and_without_values_are_read() -> None:
    assert [ROOT, ROOT + r"\empty", ROOT + r"\sub]key ", ROOT + r"\sub]key \ä[1]"] == [
        key.path for key in decode(GOLDEN).keys
    ]


def test_it_is_written_byte_for_byte_but_for_a_text_of_several_lines() -> None:
    ours, wines = (data.decode("utf-16").splitlines() for data in (encode(decode(GOLDEN)), GOLDEN))
    number = next(number for number, line in enumerate(wines) if line.startswith('"lines"='))
    assert ours[number].startswith('"lines"=hex(1):6f,00,6e,')
    assert wines[:number] + wines[number + 1 :] == ours[:number] + ours[number + 2 :]


def test_every_prefix_is_read_or_refused() -> None:
    refused = 0
    for length in range(0, len(GOLDEN), 7):
        try:
            decode(GOLDEN[:length])
        except FormatError:
            refused += 1
    assert refused > len(GOLDEN) / 7 * 0.5
