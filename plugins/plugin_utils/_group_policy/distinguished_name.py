# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distinguished names (RFC 4514): taken apart, compared, and put together.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._registry.names import fold

# What a value never holds without a backslash before it; "=" is legal, but not every reader knows.
_SPECIAL: t.Final = '"+,;<>\\='
_HEX: t.Final = frozenset("0123456789abcdefABCDEF")


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One relative name, such as ``OU=Sales``.

    Attributes:
        kind: Name of the attribute.
        value: Its value without any escaping; what follows a plus sign is left as it was written.
        text: As it was written.
    """

    kind: str
    value: str
    text: str


def parts(dn: str) -> tuple[Part, ...]:
    """Take a name apart, the object first.

    Raises:
        ValueError: It is no distinguished name; the text says why.
    """
    if not dn.strip():
        return ()
    found = []
    for text in _split(dn):
        kind, equals, raw = text.lstrip(" ").partition("=")
        kind = kind.strip(" ")
        if not equals or not kind or not all(letter.isalnum() or letter in "-." for letter in kind):
            raise ValueError(f"{text.strip()!r} is not a part such as OU=Name")
        value = _value(raw)
        if not value:
            raise ValueError(f"{text.strip()!r} has no value")
        found.append(Part(kind=kind, value=value, text=text.lstrip(" ")))
    return tuple(found)


def normal(dn: str) -> tuple[tuple[str, str], ...]:
    """Return a form in which two spellings of the same name are equal; the directory does not tell cases apart.

    Raises:
        ValueError: It is no distinguished name.
    """
    return tuple((part.kind.upper(), fold(part.value)) for part in parts(dn))


def same(one: str, other: str) -> bool:
    """Return whether two texts name the same object; one that is no name is equal to itself only."""
    try:
        return normal(one) == normal(other)
    except ValueError:
        return one == other


def is_within(dn: str, base: str) -> bool:
    """Return whether a name is ``base`` or below it."""
    inner, outer = normal(dn), normal(base)
    return len(inner) >= len(outer) and inner[len(inner) - len(outer) :] == outer


def parent(dn: str) -> str:
    """Return the name of the object above, as it was written."""
    return ",".join(part.text for part in parts(dn)[1:])


def domain_of(dn: str) -> str:
    """Return the DNS name of the domain that a name ends with, such as ``corp.example``."""
    return ".".join(part.value for part in parts(dn) if part.kind.upper() == "DC")


def base_of(domain: str) -> str:
    """Return the name of a domain's object, such as ``DC=corp,DC=example``."""
    return ",".join(f"DC={escape(label)}" for label in domain.strip(".").split("."))


def escape(value: str) -> str:
    """Return a value as it stands in a name."""
    shown = "".join(_escaped(letter) for letter in value)
    if shown.startswith((" ", "#")):
        shown = "\\" + shown
    if value.endswith(" ") and len(value) > 1:
        shown = shown[:-1] + "\\ "
    return shown


def _escaped(letter: str) -> str:
    if letter in _SPECIAL:
        return "\\" + letter
    return f"\\{ord(letter):02X}" if ord(letter) < 0x20 else letter


def _split(dn: str) -> t.Iterator[str]:
    """Yield the texts between the commas that separate parts."""
    start = index = 0
    quoted = False
    while index < len(dn):
        if dn[index] == "\\":
            index += 1
        elif dn[index] == '"':
            quoted = not quoted
        elif dn[index] == "," and not quoted:
            yield dn[start:index]
            start = index + 1
        index += 1
    if quoted:
        raise ValueError("a quotation mark is not closed")
    yield dn[start:]


def _value(raw: str) -> str:
    """Return a value without its escaping and the white space around it."""
    data = bytearray()
    kept = 0
    text = raw.lstrip(" ")
    index = 0
    while index < len(text):
        letter = text[index]
        if letter == "\\":
            more = text[index + 1 : index + 3]
            if len(more) == 2 and set(more) <= _HEX:
                data.append(int(more, 16))
                index += 3
            elif more:
                data += more[0].encode()
                index += 2
            else:
                raise ValueError("it ends with a backslash")
            kept = len(data)
            continue
        index += 1
        if letter != '"':
            data += letter.encode()
            kept = kept if letter == " " else len(data)
    return bytes(data[:kept]).decode(errors="replace")
