# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the guides show: files by their caption, and commands with what they print."""

from __future__ import annotations

import re
import textwrap
import typing as t
from dataclasses import dataclass
from pathlib import Path

from tests.integration.conftest import ROOT

GUIDES: t.Final = ROOT / "docs/docsite/rst"
_BLOCK: t.Final = re.compile(r"^( *)\.\. code-block:: (\w+)\n((?:\1   :\w+: .*\n)*)\n((?:\1   .*\n|\n)+)", re.MULTILINE)
_CAPTION: t.Final = re.compile(r":caption: (.*)")


@dataclass(frozen=True, kw_only=True)
class Block:
    """One block of a guide.

    Attributes:
        language: As Sphinx knows it.
        caption: The name of a file, or empty.
        text: What it holds, without the indentation.
    """

    language: str
    caption: str
    text: str

    def commands(self) -> list[tuple[str, str]]:
        """Return each command with what is shown of its output."""
        found: list[tuple[str, str]] = []
        for part in re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]:
            lines = part.splitlines()
            ends = next(number for number, line in enumerate(lines) if not line.endswith("\\"))
            found.append(("\n".join(lines[: ends + 1]), "\n".join(lines[ends + 1 :]).strip("\n")))
        return found


def blocks(guide: Path) -> list[Block]:
    """Return the blocks of a guide, in order."""
    found = []
    for dummy, language, options, text in _BLOCK.findall(guide.read_text(encoding="utf-8")):
        caption = _CAPTION.search(options)
        content = textwrap.dedent(text).strip("\n") + "\n"
        found.append(Block(language=language, caption=caption[1] if caption else "", text=content))
    return found


def agrees(shown: str, printed: str) -> bool:
    """Return True if the lines that are shown were printed in this order; ``...`` stands for any text."""
    pieces = [re.escape(_plain(piece).strip("\n")) for piece in re.split(r"\.\.\.", shown)]
    return re.search(".*?".join(pieces), _plain(printed), re.DOTALL) is not None


def _plain(text: str) -> str:
    """Leave out what the width of a terminal decides: blanks at the end, and rows of stars."""
    return re.sub(r" ?\*{3,}", "", re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE))
