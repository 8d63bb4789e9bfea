# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The part of WQL that the stand-in understands; everything else is refused, never guessed.

``SELECT * | column, ... FROM class [WHERE condition]`` with AND, OR, NOT, parentheses, comparisons of a property with a
text, a number, TRUE, FALSE or NULL, LIKE, IS [NOT] NULL. Source: Microsoft's "WQL (SQL for WMI)" and "WHERE Clause".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .cim import CimClass, Instance
from .wql_compare import WqlError, compared, is_null, like

Test = Callable[[Instance], bool]
_Make = Callable[[CimClass], Test]

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<number>-?[0-9]+)
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<sign><=|>=|<>|!=|=|<|>|\(|\)|,|\*)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_SIGNS = {"=", "<>", "!=", "<", ">", "<=", ">="}
_CONSTANTS: dict[str, bool | None] = {"TRUE": True, "FALSE": False, "NULL": None}


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A query that is well-formed.

    Attributes:
        columns: The columns, or None for all.
        class_name: The class.
    """

    columns: tuple[str, ...] | None
    class_name: str
    condition: _Make | None

    def columns_of(self, of: CimClass) -> tuple[str, ...] | None:
        """Return the columns as the class spells them, in its order, as the captures show.

        Raises:
            WqlError: The class has no such property.
        """
        if self.columns is None:
            return None
        wanted = {_property(of, name) for name in self.columns}
        return tuple(name for name in of.properties if name in wanted)

    def test_for(self, of: CimClass) -> Test:
        """Return what tells the instances of a class that are meant.

        Raises:
            WqlError: The class has no such property.
        """
        return (lambda _instance: True) if self.condition is None else self.condition(of)


def parse(text: str) -> Query:
    """Read a query.

    Raises:
        WqlError: It is no query of the kind that is understood here.
    """
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        self._at = 0
        place, end = 0, len(text.rstrip())
        while place < end:
            match = _TOKEN.match(text, place)
            if match is None or match.lastgroup is None:
                raise WqlError(f"not understood: {text[place : place + 20]!r}")
            self._tokens.append((match.lastgroup, match[match.lastgroup]))
            place = match.end()

    def query(self) -> Query:
        self._expect("SELECT")
        columns = None if self._take("*") else self._columns()
        self._expect("FROM")
        class_name = self._word()
        condition = self._either() if self._take("WHERE") else None
        if self._at != len(self._tokens):
            raise WqlError("there is more behind the query's end")
        return Query(columns=columns, class_name=class_name, condition=condition)

    def _columns(self) -> tuple[str, ...]:
        columns = [self._word()]
        while self._take(","):
            columns.append(self._word())
        return tuple(columns)

    def _either(self) -> _Make:
        parts = [self._both()]
        while self._take("OR"):
            parts.append(self._both())
        return _joined(parts, any)

    def _both(self) -> _Make:
        parts = [self._single()]
        while self._take("AND"):
            parts.append(self._single())
        return _joined(parts, all)

    def _single(self) -> _Make:
        if self._take("NOT"):
            inner = self._single()
            return _negated(inner)
        if self._take("("):
            inner = self._either()
            self._expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> _Make:
        name = self._word()
        if self._take("IS"):
            found = _null_test(name)
            negated = self._take("NOT")
            self._expect("NULL")
            return _negated(found) if negated else found
        if self._take("LIKE"):
            literal = self._literal()
            if not isinstance(literal, str):
                raise WqlError("LIKE takes a text")
            return _like_test(name, literal)
        kind, sign = self._next()
        if kind != "sign" or sign not in _SIGNS:
            raise WqlError(f"no comparison: {sign}")
        literal = self._literal()
        if literal is None and sign in {"=", "<>", "!="}:
            return _null_test(name) if sign == "=" else _negated(_null_test(name))
        return _comparing(name, sign, literal)

    def _literal(self) -> str | int | bool | None:
        kind, text = self._next()
        if kind == "text":
            return _unescaped(text[1:-1])
        if kind == "number":
            return int(text)
        if kind == "word" and text.upper() in _CONSTANTS:
            return _CONSTANTS[text.upper()]
        raise WqlError(f"no literal: {text}")

    def _next(self) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise WqlError("the query ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _word(self) -> str:
        kind, text = self._next()
        if kind != "word":
            raise WqlError(f"no name: {text}")
        return text

    def _take(self, wanted: str) -> bool:
        if self._at < len(self._tokens):
            kind, text = self._tokens[self._at]
            if kind != "text" and text.upper() == wanted:
                self._at += 1
                return True
        return False

    def _expect(self, wanted: str) -> None:
        if not self._take(wanted):
            raise WqlError(f"{wanted} is missing")


def _unescaped(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        # Another one is an invalid query: that is what befalls paths with single backslashes.
        if match[1] not in "\\'\"":
            raise WqlError(f"no escape: {match[0]}")
        return match[1]

    return _ESCAPE.sub(one, text)


def _property(of: CimClass, name: str) -> str:
    spelled = of.spelled(name)
    if spelled is None:
        raise WqlError(f"{of.name} has no property {name}")
    return spelled


def _joined(parts: list[_Make], join: Callable[[list[bool]], bool]) -> _Make:
    def make(of: CimClass) -> Test:
        tests = [part(of) for part in parts]
        return lambda instance: join([test(instance) for test in tests])

    return make


def _negated(inner: _Make) -> _Make:
    def make(of: CimClass) -> Test:
        test = inner(of)
        return lambda instance: not test(instance)

    return make


def _null_test(name: str) -> _Make:
    def make(of: CimClass) -> Test:
        spelled = _property(of, name)
        return lambda instance: is_null(instance.get(spelled))

    return make


def _like_test(name: str, pattern: str) -> _Make:
    def make(of: CimClass) -> Test:
        spelled = _property(of, name)
        return lambda instance: like(instance.get(spelled), pattern)

    return make


def _comparing(name: str, sign: str, literal: str | int | bool | None) -> _Make:
    def make(of: CimClass) -> Test:
        spelled = _property(of, name)
        if spelled in of.arrays:
            raise WqlError(f"{spelled} is an array")
        return lambda instance: compared(instance.get(spelled), sign, literal)

    return make
