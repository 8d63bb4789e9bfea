# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table that ``report.yml`` prints: one host after the other, at most 100 columns.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
import unicodedata

COLUMNS: t.Final = (("HOST", 18), ("INVITATIONS", 25), ("DECIDED BY", 13), ("OFFERS", 17), ("MAY OFFER HELP", 19))
GAP: t.Final = "  "
WIDTH: t.Final = sum(width for dummy, width in COLUMNS) + len(GAP) * (len(COLUMNS) - 1)

SHOWN_HOSTS: t.Final = 5
"""How many hosts stand beside a line of a legend before 'and N more'."""

SOURCES: t.Final = {
    "domain_gpo": "GPO",
    "local_gpo": "local GPO",
    "mdm": "MDM",
    "live_policy": "policy",
    "preference": "Control Panel",
    "default": "Windows",
}
"""Who decided, in one word. A GPO gets a number that a legend explains, and so does who it may be."""


def table(results: t.Mapping[str, t.Mapping[str, t.Any]]) -> list[str]:
    """Return the lines of the table.

    Args:
        results: The result of ``host_info`` by host; also one that failed, or an empty one for a host without any.

    Returns:
        Lines of at most ``WIDTH`` columns: a head, the hosts, then who decided, what conflicts, and what is uncertain.
    """
    lines = [_row([[title] for title, dummy in COLUMNS])]
    lines.append(GAP.join("-" * width for dummy, width in COLUMNS))
    legends = _Legends()
    for host, result in results.items():
        answers = result.get("effective")
        if answers is None:
            lines.extend(_silent_host(host, result))
            continue
        decided = _decided(answers, legends)
        cells = [host, _invitations(answers), decided, _offers(answers), _helpers(answers)]
        wrapped = [_wrap(visible(cell), width) for cell, (dummy, width) in zip(cells, COLUMNS, strict=True)]
        lines.extend(_rows(wrapped))
        lines.extend(_conflict_line(result.get("conflicts", ())))
        legends.note(host, result)
    return lines + legends.lines()


class _Legends:
    """What the table shows in short, explained once for all hosts."""

    def __init__(self) -> None:
        self._sources: dict[str, int] = {}
        self._conflicts: dict[str, list[str]] = {}
        self._doubts: dict[str, list[str]] = {}

    def number(self, text: str) -> int:
        """Return the number under which a source is explained."""
        return self._sources.setdefault(text, len(self._sources) + 1)

    def note(self, host: str, result: t.Mapping[str, t.Any]) -> None:
        """Note what is to be explained about a host."""
        for conflict in result.get("conflicts", ()):
            line = f"{conflict['code']}: {conflict['setting']}: {conflict['text']}"
            self._conflicts.setdefault(line, []).append(host)
        for doubt in (*_doubts(result["effective"]), *_unknown(result.get("unknown", {}))):
            self._doubts.setdefault(doubt, []).append(host)

    def lines(self) -> list[str]:
        """Return everything that was noted."""
        lines = [""] if self._sources else []
        for text, number in self._sources.items():
            lines.extend(_indented(f"[{number}] {text}", ""))
        for title, noted in (("! = conflicts:", self._conflicts), ("? = uncertain, because:", self._doubts)):
            lines += ["", title] if noted else []
            for text, hosts in noted.items():
                more = f" and {len(hosts) - SHOWN_HOSTS} more" if len(hosts) > SHOWN_HOSTS else ""
                lines.extend(_indented(f"{text} ({', '.join(hosts[:SHOWN_HOSTS])}{more})", "  "))
        return lines


def _indented(text: str, indent: str) -> t.Iterator[str]:
    for line in _wrap(visible(text), WIDTH - len(indent)):
        yield indent + line


def visible(text: str) -> str:
    """Return a text with everything that a terminal might act on made visible; hosts send what they like."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def _mark(answer: t.Mapping[str, t.Any]) -> str:
    return "?" if answer["certainty"] == "unknown" else ""


def _words(answer: t.Mapping[str, t.Any]) -> str:
    text = str(answer["state"]).replace("_", " ")
    return (text.removesuffix("s") if text.startswith("1 ") else text) + _mark(answer)


def _invitations(answers: t.Mapping[str, t.Any]) -> str:
    if answers["invitations"]["state"] == "off":
        return _words(answers["invitations"])
    return ", ".join(_words(answers[name]) for name in ("invitations", "solicited_control", "ticket_lifetime"))


def _offers(answers: t.Mapping[str, t.Any]) -> str:
    if answers["offers"]["state"] == "off":
        return _words(answers["offers"])
    return ", ".join(_words(answers[name]) for name in ("offers", "offer_control"))


def _helpers(answers: t.Mapping[str, t.Any]) -> str:
    if answers["offers"]["state"] == "off":
        return "nobody"
    return ", ".join([*answers["helpers"]["state"], f"administrators{_mark(answers['helpers'])}"])


def _decided(answers: t.Mapping[str, t.Any], legends: _Legends) -> str:
    """Return who decided about invitations, and about offers where that is somebody else and not Windows' default."""
    invitations, offers = (answers[name]["source"] for name in ("invitations", "offers"))
    first, second = _source(invitations, legends), _source(offers, legends)
    return first if second == first or offers["kind"] == "default" else f"{first}, offers: {second}"


def _source(source: t.Mapping[str, t.Any], legends: _Legends) -> str:
    kind = str(source["kind"])
    word = SOURCES.get(kind, kind)
    name, place = source.get("name"), source.get("linked_at")
    if kind == "domain_gpo":
        linked = f", linked at {place}" if place else ""
        number = legends.number(f"domain GPO {name or source.get('id')}{linked}")
        return f"{word} [{number}]"
    if kind == "unknown" and name:
        return f"{word} [{legends.number(f'not known, perhaps {name}')}]"
    return word


def _conflict_line(conflicts: t.Iterable[t.Mapping[str, t.Any]]) -> t.Iterator[str]:
    """Yield the codes of a host's conflicts, under its answers."""
    codes = ", ".join(dict.fromkeys(str(one["code"]) for one in conflicts))
    indent = " " * (COLUMNS[0][1] + len(GAP))
    return _indented(f"! {codes}", indent) if codes else iter(())


def _doubts(answers: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    """Yield why answers are uncertain; logging is no column, so its doubts are not told here."""
    for name, answer in answers.items():
        if name != "logging" and answer["certainty"] == "unknown":
            yield f"{name.replace('_', ' ')}: {'; '.join(answer['notes'])}"


def _unknown(unknown: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    """Yield what of a host could not be read."""
    for fact, why in unknown.items():
        yield f"{fact.replace('_', ' ')} not read: {why}"


def _silent_host(host: str, result: t.Mapping[str, t.Any]) -> list[str]:
    reason = "not reached" if result.get("unreachable") else "not read"
    text = f"{reason}: {result.get('msg', 'no result')}" if result else "no result"
    name_width = COLUMNS[0][1]
    names = _wrap(visible(host), name_width)
    reasons = _wrap(visible(text), WIDTH - name_width - len(GAP))
    height = max(len(names), len(reasons))
    padded = zip(names + [""] * (height - len(names)), reasons + [""] * (height - len(reasons)), strict=True)
    return [(_pad(name, name_width) + GAP + line).rstrip() for name, line in padded]


def _rows(cells: t.Sequence[t.Sequence[str]]) -> list[str]:
    height = max(len(cell) for cell in cells)
    return [_row([cell[number : number + 1] for cell in cells]) for number in range(height)]


def _row(cells: t.Sequence[t.Sequence[str]]) -> str:
    padded = [_pad("".join(cell), width) for cell, (dummy, width) in zip(cells, COLUMNS, strict=True)]
    return GAP.join(padded).rstrip()


def _columns(text: str) -> int:
    """Return how many columns of a terminal a text takes; East Asian wide characters take two (UAX 11).

    A mark takes none, also a wide one: Japanese in decomposed form has them.
    """
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _pad(text: str, width: int) -> str:
    return text + " " * max(0, width - _columns(text))


def _wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most this many columns, at blanks where there are any."""
    lines = [""]
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if _columns(joined) <= width:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if _columns(lines[-1] + character) > width:
                lines.append("")
            lines[-1] += character
    return lines
