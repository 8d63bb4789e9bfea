# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Damages legal files in many ways and looks at what the readers of the local GPO's files make of them.

    python tests/tools/fuzz_registry_pol.py [--format registry_pol|gpt_ini|extension_names] [--inputs N] [--seed S]

An input is refused with FormatError or comes back byte for byte; nothing else may be raised. The time of each input and
the memory of every hundredth are bounded by its length. The run prints figures and ends with 1 at the first violation.
"""

from __future__ import annotations

import argparse
import importlib
import random
import struct
import sys
import time
import tracemalloc
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
importlib.import_module("tests.unit.conftest")  # mounts the collection

PACKAGE = "ansible_collections.winfleet.remote_assistance.plugins.plugin_utils"
codec = importlib.import_module(f"{PACKAGE}._formats.registry_pol")
instructions = importlib.import_module(f"{PACKAGE}._formats.registry_pol_instructions")
gpt_ini = importlib.import_module(f"{PACKAGE}._formats.gpt_ini")
extension_names = importlib.import_module(f"{PACKAGE}._formats.extension_names")
FormatError = importlib.import_module(f"{PACKAGE}._registry.errors").FormatError
RegistryKey = importlib.import_module(f"{PACKAGE}._registry.model").RegistryKey

KEY = RegistryKey(path=r"SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services\RAUnsolicit")
PAIR = "[{35378EAC-683F-11D2-A89A-00C04FBBCFA2}{D02B1F72-3407-48AE-BA88-E8213C6761F1}]"

# Processor time: 20 ms for anything, and 20 µs for each byte; some hundred times what is needed.
SECONDS, SECONDS_PER_BYTE = 0.02, 20e-6
MEMORY, MEMORY_PER_BYTE = 64 * 1024, 64
MEASURE_EVERY = 100


class Violation(Exception):
    """An input was neither refused nor kept, or took too much."""


@dataclass
class Figures:
    inputs: int = 0
    size: int = 0
    accepted: int = 0
    slowest: float = 0.0
    slowest_size: int = 0
    memory_per_byte: float = 0.0
    reasons: dict[str, int] = field(default_factory=dict)


# -- what is damaged ----------------------------------------------------------------------------------

NAMES = ["a", "[", "];[", ";", "", "\ud800", "𝄞", "\u0100\u5b00", "**del.a", "**DelVals.", "**soft.a", "x" * 300]
NAMES += ["**DeleteKeys", "**DeleteValues", "**SecureKey", "**x"]
KEYS = [KEY.path, KEY.path.rpartition("\\")[0], "Software", "", "a[b]c"]


def _units(text: str) -> bytes:
    return (text + "\0").encode("utf-16-le", "surrogatepass")


def _entry(chance: random.Random) -> bytes:
    data = chance.choice([b"", b"\1\0\0\0", b"]\0", b"[\0;\0", _units("RAUnsolicit;a"), chance.randbytes(7), bytes(90)])
    parts = [_units(chance.choice(KEYS)), _units(chance.choice(NAMES))]
    parts += [struct.pack("<I", chance.choice([0, 1, 3, 4, 7, 11, 91, 2**32 - 1])), struct.pack("<I", len(data)), data]
    return b"[\0" + b";\0".join(parts[: chance.choice([1, 2, 3, 4, 5, 5, 5, 5, 5])]) + b"]\0"


def _policy_file(chance: random.Random) -> bytes:
    return b"PReg\1\0\0\0" + b"".join(_entry(chance) for _number in range(chance.randrange(6)))


def _ini(chance: random.Random) -> bytes:
    lines = ["[General]", "[general]", "[Other]", "Version=65537", "version = 3", f"gPCMachineExtensionNames={PAIR}"]
    lines += ["gPCUserExtensionNames=[x]", "; comment", "", "displayName=\xc4", 'Version="9"', "Version=-1"]
    text = "".join(chance.choice(lines) + chance.choice(["\r\n", "\n"]) for _number in range(chance.randrange(8)))
    mark, encoding = chance.choice([(b"", "latin-1"), (b"\xef\xbb\xbf", "latin-1"), (b"\xff\xfe", "utf-16-le")])
    return mark + text.encode(encoding)


def _extensions(chance: random.Random) -> bytes:
    guids = ["{35378EAC-683F-11D2-A89A-00C04FBBCFA2}", "{D02B1F72-3407-48AE-BA88-E8213C6761F1}"]
    guids += ["{42B5FAAE-6536-11D2-AE5A-0000F87571E3}", "{40B6664F-4972-11D1-A7CA-0000F87571E3}"]
    guids += ["{00000000-0000-0000-0000-000000000000}", "{FEDCBA98-0000-4000-8000-00000000000B}"]
    guids += [guid.lower() for guid in guids]
    groups = (chance.choices(guids, k=chance.randrange(5)) for _number in range(chance.randrange(5)))
    return "".join(f"[{''.join(group)}]" for group in groups).encode()


MARKS = [b"\0", b"\0\0", b"[\0", b"]\0", b";\0", b"\xff", b"\xff\xff\xff\xff", b"\x5b", b"\n", b"\r", b"=", b"{", b"}"]


def _damaged(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """Return a file with a few things cut, put in, doubled, overwritten or taken from another file."""
    made = bytearray(data)
    for _time in range(chance.choice([0, 1, 1, 1, 2, 3, 8])):
        at = chance.randrange(len(made) + 1)
        upto = min(len(made), at + chance.choice([1, 2, 3, 4, 16, 200]))
        how = chance.randrange(7)
        if how == 0:
            del made[at:]
        elif how == 1:
            del made[at:upto]
        elif how == 2:
            made[at:at] = chance.choice(MARKS) * chance.choice([1, 1, 2, 50])
        elif how == 3:
            made[at:upto] = chance.choice(MARKS)
        elif how == 4:
            made[at:at] = made[at:upto] * chance.choice([1, 2, 30])
        elif how == 5:
            made[at:upto] = chance.randbytes(upto - at)
        else:
            made[at:] = other[chance.randrange(len(other) + 1) :]
    return bytes(made)


# -- what is checked ----------------------------------------------------------------------------------


def _check_policy_file(data: bytes) -> None:
    file = codec.decode(data)
    if data != codec.encode(file):
        raise Violation("the file did not come back byte for byte")
    instructions.effect(file, KEY)


def _check_ini(data: bytes) -> None:
    ini = gpt_ini.parse(data)
    if data != ini.encode():
        raise Violation("the file did not come back byte for byte")
    new = gpt_ini.parse(ini.with_machine_extensions(PAIR).with_machine_version_bumped().encode())
    counted = (ini.machine_version % 0xFFFF) + 1
    if (new.machine_extensions, new.machine_version, new.user_version) != (PAIR, counted, ini.user_version):
        raise Violation(f"the edit cannot be read again: {new}")


def _check_extensions(data: bytes) -> None:
    text = data.decode("latin-1")
    whole = extension_names.with_registry_pair(text)
    if not extension_names.is_sound(whole):
        raise Violation(f"a repaired list is not sound: {whole}")
    lost = {part[:36].upper() for part in text.split("{")[1:]} - {part[:36].upper() for part in whole.split("{")[1:]}
    if lost or extension_names.has_registry_pair(extension_names.without_registry_pair(text)):
        raise Violation(f"lost {lost}, or the pair is still there")


FORMATS: dict[str, tuple[t.Callable[[random.Random], bytes], t.Callable[[bytes], None], list[bytes]]] = {
    "registry_pol": (
        _policy_file,
        _check_policy_file,
        # Long files that ask much for their length: many small entries, no end in sight, NULs that are none.
        [
            b"PReg\1\0\0\0" + b"[\0\0\0]\0" * 20_000,
            b"PReg\1\0\0\0" + b"[\0\0\0;\0\0\0;\0\xff\xff\xff\xfe]\0" * 8_000,
            b"PReg\1\0\0\0" + b"[\0" * 60_000,
            b"PReg\1\0\0\0[\0" + b"\1\0\0\1" * 30_000,
            b"PReg\1\0\0\0[\0\0\0;\0" + b"\1\0" * 60_000,
        ],
    ),
    "gpt_ini": (_ini, _check_ini, [b"[General]\n" + b"\n" * 60_000, b" " * 60_000, b"[" * 60_000, b"a=\n" * 20_000]),
    "extension_names": (_extensions, _check_extensions, [b"[]" * 30_000, b" " * 60_000, PAIR.encode() * 700]),
}


def _one(check: t.Callable[[bytes], None], data: bytes, figures: Figures) -> None:
    figures.inputs += 1
    figures.size += len(data)
    started = time.process_time()
    try:
        check(data)
        figures.accepted += 1
    except FormatError as error:
        if not 0 <= error.offset <= len(data):
            raise Violation(f"the error is at {error.offset}") from None
        reason = "".join(" " if character.isdigit() else character for character in error.reason[:24])
        figures.reasons[reason] = figures.reasons.get(reason, 0) + 1
    took = time.process_time() - started
    if took > figures.slowest:
        figures.slowest, figures.slowest_size = took, len(data)
    if took > SECONDS + SECONDS_PER_BYTE * len(data):
        raise Violation(f"{took:.3f} s for {len(data)} bytes")


def _measured(check: t.Callable[[bytes], None], data: bytes, figures: Figures) -> None:
    tracemalloc.start()
    try:
        check(data)
    except FormatError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    figures.memory_per_byte = max(figures.memory_per_byte, max(0, peak - MEMORY) / max(1, len(data)))
    if peak > MEMORY + MEMORY_PER_BYTE * len(data):
        raise Violation(f"{peak} bytes of memory for {len(data)} bytes")


def run(form: str, inputs: int, seed: int) -> Figures:
    """Return the figures of a run.

    Raises:
        Violation: An input broke a rule; the text holds the input.
    """
    legal, check, long = FORMATS[form]
    chance = random.Random(seed)
    seeds = [legal(chance) for _number in range(500)]
    figures = Figures()
    data = b""
    try:
        for data in [*seeds, *long]:
            _one(check, data, figures)
            _measured(check, data, figures)
        while figures.inputs < inputs:
            data = _damaged(chance, chance.choice(seeds), chance.choice(seeds))
            _one(check, data, figures)
            if figures.inputs % MEASURE_EVERY == 0:
                _measured(check, data, figures)
    except Exception as error:
        raise Violation(f"{error!r} with input {figures.inputs} of seed {seed}: {data[:4000].hex()}") from error
    return figures


def main() -> int:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--format", choices=sorted(FORMATS), default="registry_pol")
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    started = time.monotonic()
    try:
        figures = run(asked.format, asked.inputs, asked.seed)
    except Violation as violation:
        print(f"{asked.format}: {violation}", file=sys.stderr)
        return 1
    print(
        f"{asked.format}: {figures.inputs} inputs, {figures.size / 1e6:.1f} MB, seed {asked.seed}, "
        f"{time.monotonic() - started:.0f} s: {figures.accepted} accepted and written again byte for byte, "
        f"{figures.inputs - figures.accepted} refused; slowest {figures.slowest * 1000:.1f} ms "
        f"({figures.slowest_size} bytes), at most {figures.memory_per_byte:.1f} bytes of memory for a byte"
    )
    for reason, count in sorted(figures.reasons.items(), key=lambda item: -item[1])[:12]:
        print(f"  {count:8} {reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
