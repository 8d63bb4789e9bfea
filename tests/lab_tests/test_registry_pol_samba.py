# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Samba's own code for Registry.pol (librpc/idl/preg.idl) judges ours: both ways, and on damaged files."""

from __future__ import annotations

import json
import os
import random
import struct
import subprocess
from dataclasses import dataclass
from typing import Any

import pytest

import tests.unit.conftest  # noqa: F401  # pylint: disable=unused-import  # mounts the collection, which is imported below

# isort: split
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._formats.registry_pol import (
    PolicyEntry,
    PolicyFile,
    decode,
    encode,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import FormatError
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import ValueType

# Samba's modules exist for the system's Python only.
PYTHON = "/usr/bin/python3"
FILES = 400
DAMAGED = 2000

# A value is ["text", text], ["number", number] or ["bytes", hexadecimal]: what Samba makes of the types.
JUDGE = """
import json, sys
from samba.dcerpc import preg
from samba.ndr import ndr_pack, ndr_unpack

def value(data):
    if isinstance(data, bytes):
        return ["bytes", data.hex()]
    return ["text", data] if isinstance(data, str) else ["number", data] if isinstance(data, int) else None

def parsed(raw):
    try:
        file = ndr_unpack(preg.file, raw)
    except RuntimeError:
        return None
    entries = [[e.keyname, e.valuename, e.type, value(e.data)] for e in file.entries]
    return {"entries": entries, "same": ndr_pack(file) == raw}

def packed(entries):
    made = []
    for key, name, kind, (form, data) in entries:
        entry = preg.entry()
        entry.keyname, entry.valuename, entry.type = key, name, kind
        entry.data = bytes.fromhex(data) if form == "bytes" else data
        made.append(entry)
    file = preg.file()
    file.header = preg.header()
    file.header.signature, file.header.version = "PReg", 1
    file.num_entries, file.entries = len(made), made
    return ndr_pack(file).hex()

asked = json.load(sys.stdin)
answer = {"parsed": [parsed(bytes.fromhex(raw)) for raw in asked["parse"]]}
answer["packed"] = [packed(entries) for entries in asked["pack"]]
json.dump(answer, sys.stdout)
"""

Spec = list[Any]
"""One entry: key, value name, type number, value."""


@dataclass(frozen=True)
class Verdict:
    """What Samba said about each kind of input."""

    ours: list[dict[str, Any] | None]
    damaged: list[dict[str, Any] | None]
    theirs: list[bytes]


def samba_missing() -> str:
    """Return an empty text if Samba's modules are here, else why not and what to do."""
    try:
        subprocess.run([PYTHON, "-c", "import samba.dcerpc.preg, samba.ndr"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return "NOT TESTED against Samba: python3-samba not installed; run make lab-deps"
    return ""


def ask(parse: list[bytes], pack: list[list[Spec]]) -> dict[str, Any]:
    asked = json.dumps({"parse": [raw.hex() for raw in parse], "pack": pack})
    done = subprocess.run([PYTHON, "-c", JUDGE], input=asked, capture_output=True, check=True, text=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


# -- files that Samba can express ---------------------------------------------------------------------

_PIECES = ["a", "Z", "\\", "[", "]", ";", "*", "**del.", "**DelVals.", "日本", "𝄞", "Ü", "\u0100", "\u5b00", " ", "\n"]


def _text(chance: random.Random, longest: int = 12) -> str:
    return "".join(chance.choices(_PIECES, k=chance.randrange(longest)))


def _spec(chance: random.Random) -> Spec:
    kind = chance.choice([1, 2, 3, 4, 4, 5, 7, 11, 6, 99, 2**32 - 1])
    if kind in (1, 2):
        value: list[Any] = ["text", _text(chance)]
    elif kind in (4, 5, 11):
        bits = 64 if kind == 11 else 32
        value = ["number", chance.choice([0, 1, 91, 93, 0x5D005D, 2**bits - 1, chance.getrandbits(bits)])]
    else:
        pieces = [b"", b"]\0", b"[\0", b";\0", b"\0", b"x", bytes(300), chance.randbytes(5)]
        value = ["bytes", b"".join(chance.choices(pieces, k=chance.randrange(6))).hex()]
    return [_text(chance), _text(chance), kind, value]


def _raw(spec: Spec) -> bytes:
    """Return the data as the registry holds them."""
    _key, _name, kind, (form, value) = spec
    if form == "bytes":
        return bytes.fromhex(value)
    if form == "text":
        return (str(value) + "\0").encode("utf-16-le")
    return struct.pack({4: "<I", 5: ">I", 11: "<Q"}[kind], value)


def _file(specs: list[Spec]) -> PolicyFile:
    return PolicyFile(
        entries=tuple(
            PolicyEntry(key=spec[0], value_name=spec[1], type=ValueType(spec[2]), data=_raw(spec)) for spec in specs
        )
    )


def _damage(chance: random.Random, raw: bytes) -> bytes:
    data = bytearray(raw)
    for _time in range(chance.randrange(1, 3)):
        at = chance.randrange(len(data) + 1)
        how = chance.randrange(4)
        if how == 0:
            del data[at:]
        elif how == 1:
            data[at : at + 1] = chance.choice([b"\0", b"\1", b"[", b";", b"\xff"])
        elif how == 2:
            data[at:at] = chance.choice([b"\0", b"\0\0", b"]\0", b"x\0"])
        else:
            del data[at : at + chance.choice([1, 2, 4])]
    return bytes(data)


SPECS = [[_spec(random.Random(f"{number}.{at}")) for at in range(number % 9)] for number in range(FILES)]
MUTANTS = [_damage(random.Random(number), encode(_file(SPECS[number % FILES]))) for number in range(DAMAGED)]


@pytest.fixture(scope="module")
def verdict() -> Verdict:
    if reason := samba_missing():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    answer = ask([encode(_file(specs)) for specs in SPECS] + MUTANTS, SPECS)
    assert (FILES + DAMAGED, FILES) == (len(answer["parsed"]), len(answer["packed"]))
    return Verdict(
        ours=answer["parsed"][:FILES],
        damaged=answer["parsed"][FILES:],
        theirs=[bytes.fromhex(raw) for raw in answer["packed"]],
    )


def test_samba_reads_what_we_write_and_writes_the_same_bytes(verdict: Verdict) -> None:
    assert [{"entries": specs, "same": True} for specs in SPECS] == verdict.ours


def test_we_read_what_samba_writes_and_write_the_same_bytes(verdict: Verdict) -> None:
    assert [_file(specs) for specs in SPECS] == [decode(raw) for raw in verdict.theirs]
    assert verdict.theirs == [encode(decode(raw)) for raw in verdict.theirs]


def test_a_damaged_file_that_samba_still_takes_for_whole_is_read_the_same_by_us(verdict: Verdict) -> None:
    taken = [(raw, said) for raw, said in zip(MUTANTS, verdict.damaged, strict=True) if said and said["same"]]
    assert len(taken) > DAMAGED // 50
    for raw, said in taken:
        file = decode(raw)
        assert [entry[:3] for entry in said["entries"]] == [[e.key, e.value_name, e.type] for e in file.entries]
        assert raw == encode(file)


def test_what_samba_refuses_we_refuse_unless_parts_are_missing_or_do_not_fit_the_type(verdict: Verdict) -> None:
    refused = [raw for raw, said in zip(MUTANTS, verdict.damaged, strict=True) if said is None]
    assert len(refused) > DAMAGED // 5
    for raw in refused:
        try:
            entries = decode(raw).entries
        except FormatError:
            continue
        assert any(not _samba_has_a_form_for(entry) for entry in entries)


def _samba_has_a_form_for(entry: PolicyEntry) -> bool:
    if entry.data is None or not _is_utf_16(
        (entry.key + (entry.value_name or "")).encode("utf-16-le", "surrogatepass")
    ):
        return False
    if entry.type in (1, 2):
        return entry.data.endswith(b"\0\0") and _is_utf_16(entry.data)
    sizes = {0: 0, 4: 4, 5: 4, 11: 8}
    return len(entry.data) == sizes.get(int(entry.type or 0), len(entry.data))


def _is_utf_16(raw: bytes) -> bool:
    try:
        return raw.decode("utf-16-le") is not None
    except UnicodeDecodeError:
        return False
