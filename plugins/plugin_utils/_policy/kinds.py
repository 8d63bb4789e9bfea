# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of settings: what a user may write, which value that is in the registry, and back.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import difflib
import re
import typing as t
from dataclasses import dataclass

from .._registry.model import IF_ABSENT, TO_DELETE, UNREADABLE, RegistryValue, ValueType, dword, string

Word = str | int | bool
"""A setting's value as users write it: 'view_only', 6, true."""

DELETED_WORD: t.Final = "(to be deleted)"
"""What is shown where a policy file holds the instruction to delete a value."""

TRUE_WORDS: t.Final = ("true", "yes", "on", "y", "t", "1")
FALSE_WORDS: t.Final = ("false", "no", "off", "n", "f", "0")

# XML 1.0 section 2.2: what a document can carry. WS-Management cannot transport anything else.
NOT_XML: t.Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class NotLegal(ValueError):
    """A raw value is not legal for its kind.

    Attributes:
        expected: What would be right.
        nearest: The nearest legal word, or empty.
    """

    def __init__(self, expected: str, nearest: str = "") -> None:
        super().__init__(expected)
        self.expected = expected
        self.nearest = nearest


def utf16_units(text: str) -> int:
    """Return the length of a text as Windows counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def nearest_word(raw: object, words: t.Iterable[str]) -> str:
    """Return the legal word that a wrong one most likely meant, or an empty text."""
    found = difflib.get_close_matches(str(raw).strip().lower().replace("-", "_").replace(" ", "_"), list(words), n=1)
    return found[0] if found else ""


class Kind(t.Protocol):
    """What a setting holds."""

    @property
    def expected(self) -> str:
        """What is legal, in words that complete 'expected ...'."""

    def parse(self, raw: object) -> Word:
        """Return the word for what the user wrote; raises NotLegal."""

    def encode(self, name: str, word: Word) -> RegistryValue:
        """Return the registry value for a legal word."""

    def decode(self, value: RegistryValue) -> Word | None:
        """Return the word for a registry value, or None where its type or data are not legal."""

    def schema(self) -> dict[str, t.Any]:
        """Return the JSON Schema of what a user may write."""


def _dword_of(value: RegistryValue) -> int | None:
    return value.data if value.type is ValueType.REG_DWORD and isinstance(value.data, int) else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One of a few words, each a number in a REG_DWORD.

    Attributes:
        words: The legal words with their numbers.
    """

    words: tuple[tuple[str, int], ...]

    @property
    def expected(self) -> str:
        return "expected one of " + ", ".join(word for word, dummy in self.words)

    def parse(self, raw: object) -> Word:
        names = [word for word, dummy in self.words]
        if isinstance(raw, str) and raw in names:
            return raw
        raise NotLegal(self.expected, nearest_word(raw, names) if isinstance(raw, str) else "")

    def encode(self, name: str, word: Word) -> RegistryValue:
        return dword(name, dict(self.words)[str(word)])

    def decode(self, value: RegistryValue) -> Word | None:
        number = _dword_of(value)
        return next((word for word, legal in self.words if legal == number), None)

    def schema(self) -> dict[str, t.Any]:
        return {"enum": [word for word, dummy in self.words]}


def one_of(*words: str) -> Choice:
    """Return the choice of words that stand in no registry; they are numbered as they come."""
    return Choice(words=tuple((word, number) for number, word in enumerate(words)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Number:
    """A whole number in a REG_DWORD.

    Attributes:
        lowest: Smallest legal number; one digit.
        highest: Largest legal number; where it is not only nines, the schema's pattern for texts is wider than parse.
    """

    lowest: int
    highest: int

    @property
    def expected(self) -> str:
        return f"expected a whole number from {self.lowest} to {self.highest}"

    def parse(self, raw: object) -> Word:
        # Numbers often arrive as text, from -e or from a template; bool is an int in Python and never meant here.
        if isinstance(raw, str) and re.fullmatch(self._pattern(), raw):
            raw = int(raw)
        if isinstance(raw, int) and not isinstance(raw, bool) and self.lowest <= raw <= self.highest:
            return raw
        raise NotLegal(self.expected)

    def encode(self, name: str, word: Word) -> RegistryValue:
        return dword(name, int(word))

    def decode(self, value: RegistryValue) -> Word | None:
        number = _dword_of(value)
        return number if number is not None and self.lowest <= number <= self.highest else None

    def schema(self) -> dict[str, t.Any]:
        return {
            "anyOf": [
                {"type": "integer", "minimum": self.lowest, "maximum": self.highest},
                {"type": "string", "pattern": f"^{self._pattern()}$"},
            ]
        }

    def _pattern(self) -> str:
        return f"[{self.lowest}-9][0-9]{{0,{len(str(self.highest)) - 1}}}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Flag:
    """True or false as 1 or 0 in a REG_DWORD; Ansible's boolean words are understood."""

    @property
    def expected(self) -> str:
        return "expected true or false"

    def parse(self, raw: object) -> Word:
        if isinstance(raw, bool):
            return raw
        if isinstance(raw, int) and raw in (0, 1):
            return raw == 1
        if isinstance(raw, str) and raw.lower() in TRUE_WORDS + FALSE_WORDS:
            return raw.lower() in TRUE_WORDS
        raise NotLegal(self.expected)

    def encode(self, name: str, word: Word) -> RegistryValue:
        return dword(name, 1 if word else 0)

    def decode(self, value: RegistryValue) -> Word | None:
        number = _dword_of(value)
        return None if number not in (0, 1) else number == 1

    def schema(self) -> dict[str, t.Any]:
        words = "|".join(TRUE_WORDS + FALSE_WORDS)
        either_case = "".join(f"[{c.upper()}{c}]" if c.isalpha() else c for c in words)
        return {
            "anyOf": [
                {"type": "boolean"},
                {"type": "integer", "enum": [0, 1]},
                {"type": "string", "pattern": f"^({either_case})$"},
            ]
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """Free text in a REG_SZ.

    Attributes:
        longest: Largest length in UTF-16 units.
    """

    longest: int

    @property
    def expected(self) -> str:
        legal = "without control characters other than tab and line ends"
        return f"expected a text of at most {self.longest} UTF-16 units {legal}"

    def parse(self, raw: object) -> Word:
        if isinstance(raw, str) and utf16_units(raw) <= self.longest and not NOT_XML.search(raw):
            return raw
        raise NotLegal(self.expected)

    def encode(self, name: str, word: Word) -> RegistryValue:
        return string(name, str(word))

    def decode(self, value: RegistryValue) -> Word | None:
        return value.data if value.type is ValueType.REG_SZ and isinstance(value.data, str) else None

    def schema(self) -> dict[str, t.Any]:
        # JSON Schema counts code points, never more than UTF-16 units: the stricter count is parse's.
        return {"type": "string", "maxLength": self.longest}


def shown(value: RegistryValue, kind: Kind | None = None) -> Word:
    """Return a registry value as a word, or as data and type where it is not a legal one."""
    word = kind.decode(value) if kind else None
    if word is not None:
        return word
    if value.data is TO_DELETE:
        return DELETED_WORD
    if value.data is IF_ABSENT:
        return "(set where absent)"
    if value.data is UNREADABLE:
        return f"({value.type.name}, data not readable)"
    data = value.data.hex() if isinstance(value.data, bytes) else value.data
    return f"{list(data) if isinstance(data, tuple) else data} ({value.type.name})"
