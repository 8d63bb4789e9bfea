# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide to error messages quotes messages that the code has, and misses none of those that users meet first."""

from __future__ import annotations

import ast
import re
import typing as t
from pathlib import Path

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.codes import (
    DEAD_SESSION,
    LOGON_REFUSED,
    PLAIN_TRAFFIC,
    STATUSES,
    WORDINGS,
    Meaning,
)

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs/docsite/rst/guide_troubleshooting.rst"
# What differs from case to case, in the guide and in an f-string.
ANY = "..."


def entries() -> dict[str, str]:
    """Return the messages of the guide, each with what is said about it."""
    found: dict[str, str] = {}
    text = GUIDE.read_text(encoding="utf-8")
    for line, said in re.findall(r"^(``.+``)\n((?:   .*\n|\n)+)", text, re.MULTILINE):
        found |= dict.fromkeys(re.findall(r"``(.+?)``", line), said)
    return found


def texts() -> set[str]:
    """Return every text in the code of the plugins, those of f-strings with the changing parts as ANY."""
    found: set[str] = set()
    for file in sorted((ROOT / "plugins").rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                parts = (part.value if isinstance(part, ast.Constant) else ANY for part in node.values)
                found.add("".join(str(part) for part in parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                found.add(node.value)
    return found


ENTRIES: t.Final = entries()
TEXTS: t.Final = texts()


def is_in_the_code(message: str) -> bool:
    """Return True if the pieces of a message stand in this order in one text."""
    pieces = [re.escape(piece) for piece in message.split(ANY) if piece.strip()]
    pattern = re.compile(".*?".join(pieces), re.DOTALL)
    return bool(pieces) and any(pattern.search(text) for text in TEXTS)


def test_there_are_messages() -> None:
    assert 80 <= len(ENTRIES)


@pytest.mark.parametrize("message", ["the host refuses the logout (HTTP 401)", "...", "the proxy ... the host"])
def test_what_no_code_says_is_found_out(message: str) -> None:
    assert not is_in_the_code(message)


@pytest.mark.parametrize("message", ENTRIES)
def test_every_message_of_the_guide_is_in_the_code(message: str) -> None:
    assert is_in_the_code(message)


@pytest.mark.parametrize("message", ENTRIES)
def test_every_message_of_the_guide_has_something_to_do(message: str) -> None:
    assert re.search(r"\*(Do|Cause)\.\* \S", ENTRIES[message])


def test_the_guide_knows_all_that_keeps_a_host_from_answering() -> None:
    meanings: tuple[Meaning, ...] = (LOGON_REFUSED, PLAIN_TRAFFIC, DEAD_SESSION, *STATUSES.values(), *WORDINGS.values())
    quoted = [re.compile(".*".join(map(re.escape, message.split(ANY)))) for message in ENTRIES]
    assert [] == [known.reason for known in meanings if not any(one.fullmatch(known.reason) for one in quoted)]
