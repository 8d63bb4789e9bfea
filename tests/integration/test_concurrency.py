# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs against one host at the same time, one inside the other at every message, and in turns."""

from __future__ import annotations

import itertools
import random
import threading
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.enforce import Outcome, enforce
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import from_mapping

from tests.integration.host_oracle import (
    HELPERS,
    OFF,
    POLICY,
    Content,
    Watch,
    content,
    helpers,
    levels,
    number,
    place,
    wider,
)
from tests.integration.newest import newest_only
from tests.integration.real_channels import channel_to
from tests.lab import Run, StandInHost, Trouble, When

pytestmark = newest_only

SWITCH = place(POLICY, "fAllowUnsolicited")
CONTROL = place(POLICY, "fAllowUnsolicitedFullControl")
OLD = "CORP\\old"


@dataclass(frozen=True, kw_only=True)
class Want:
    """A declaration, and by hand what it asks for.

    Attributes:
        raw: The declaration.
        offered: Whether Offer shall be on, with viewing only; None to leave it.
        listed: The exact list of helpers, or None.
        added: Who is at least listed.
    """

    raw: t.Mapping[str, t.Any]
    offered: bool | None = None
    listed: frozenset[str] | None = None
    added: frozenset[str] = frozenset()

    def holds(self, now: Content) -> bool:
        """Return True if a host is as wanted."""
        names = set(helpers(now))
        switch = self.offered is None or now.get(SWITCH) == number(int(self.offered))
        listed = self.listed is None or names == {name.upper() for name in self.listed}
        # Names that are added count only where Offer is on.
        return switch and listed and (not self.added or (now[SWITCH] == number(1) and self.names() <= names))

    def names(self) -> set[str]:
        return {name.upper() for name in (self.listed or frozenset()) | self.added}

    def state(self, before: Content) -> Content:
        """Return a host as wanted, for the measure of openness."""
        names = [name for name in helpers(before) if self.listed is None] if self.offered is not False else []
        others = {key: value for key, value in before.items() if key[0] != HELPERS.upper()}
        switch = {} if self.offered is None else {SWITCH: number(int(self.offered)), CONTROL: number(0)}
        return others | switch | {place(HELPERS, name): ("REG_SZ", name) for name in {*names, *self.names()}}


def exactly(*names: str) -> Want:
    return Want(raw={"offer": {"helpers": {"set": list(names)}}}, listed=frozenset(names))


def adding(*names: str) -> Want:
    return Want(raw={"offer": {"helpers": {"add": list(names)}}}, added=frozenset(names))


DISABLE = Want(raw={"offer": {"state": "disabled"}}, offered=False, listed=frozenset())
ENABLE = Want(
    raw={"offer": {"state": "enabled", "control": "view_only", "helpers": {"set": ["CORP\\b"]}}},
    offered=True,
    listed=frozenset({"CORP\\b"}),
)
CONTRADICTIONS = {
    "set-set": (exactly("CORP\\a"), exactly("CORP\\b")),
    "set-nobody": (exactly("CORP\\a"), exactly()),
    "set-add": (exactly("CORP\\a"), adding("CORP\\b")),
    "disable-enable": (DISABLE, ENABLE),
    "disable-add": (DISABLE, adding("CORP\\b")),
}
BOTH_WAYS = [
    pytest.param(one, other, id=f"{name}{suffix}")
    for name, pair in CONTRADICTIONS.items()
    for (one, other), suffix in ((pair, ""), (pair[::-1], "-reversed"))
]


@pytest.fixture
def host() -> t.Iterator[StandInHost]:
    with StandInHost(name="both01") as host:
        yield host
        assert host.errors == ()


def prepare(host: StandInHost, *, offered: bool) -> Content:
    host.script.clear()
    host.registry.load("open_client")
    host.registry.set(POLICY, "fAllowUnsolicited", "REG_DWORD", int(offered))
    host.registry.set(POLICY, "fAllowUnsolicitedFullControl", "REG_DWORD", 0)
    host.registry.set(POLICY, "Stranger", "REG_SZ", "stays")
    host.registry.set(HELPERS, OLD, "REG_SZ", OLD)
    return content(host)


def run(
    host: StandInHost, want: Want, kind: str = "winrm", before_each: t.Callable[[], None] = lambda: None
) -> Outcome:
    with channel_to(host, kind, before_each=before_each) as channel:
        return enforce(channel, from_mapping(want.raw), check_mode=False, interrupted=lambda dummy: None)


Ended = tuple[Content, Outcome, Outcome]


def nested(host: StandInHost, outer: Want, inner: Want, *, offered: bool) -> t.Iterator[Ended]:
    """Run one inside the other, before and after each message of the outer one."""
    for message, after in ((count // 2, bool(count % 2)) for count in itertools.count(2)):
        before = prepare(host, offered=offered)
        found: list[Outcome] = []

        def act(found: list[Outcome] = found) -> None:
            found.append(run(host, inner, "psrp"))

        host.script.add(Trouble(when=When(message=message), do=Run(function=act, after=after)))
        yield from watched(host, before, outer, inner, lambda found=found: (run(host, outer), *found))
        if not found:
            assert message > 3
            return


class Turns:
    """Lets two runs send their messages in a given order; who is alone runs on."""

    def __init__(self, order: t.Sequence[int]) -> None:
        self._order = list(order)
        self._ended: set[int] = set()
        self._turn = threading.Condition()

    def wait(self, who: int) -> None:
        """Return when it is the turn of ``who``."""
        with self._turn:
            self._turn.wait_for(lambda: self._next() in (who, None), timeout=20)
            if self._order:
                self._order.pop(0)
            self._turn.notify_all()

    def end(self, who: int) -> None:
        """Leave the rest to the other one."""
        with self._turn:
            self._ended.add(who)
            self._turn.notify_all()

    def _next(self) -> int | None:
        while self._order and self._order[0] in self._ended:
            self._order.pop(0)
        return self._order[0] if self._order else None


def in_turns(host: StandInHost, one: Want, other: Want, seed: int, *, offered: bool) -> t.Iterator[Ended]:
    """Run both in threads, their messages in an order that the seed decides."""
    before = prepare(host, offered=offered)
    turns = Turns(random.Random(seed).choices((0, 1), k=200))

    def take_part(who: int, want: Want) -> Outcome:
        try:
            return run(host, want, ("winrm", "psrp")[who], lambda: turns.wait(who))
        finally:
            turns.end(who)

    def both() -> tuple[Outcome, ...]:
        with ThreadPoolExecutor(2) as pool:
            return tuple(pool.map(take_part, (0, 1), (one, other)))

    yield from watched(host, before, one, other, both)


def watched(
    host: StandInHost, before: Content, one: Want, other: Want, both: t.Callable[[], tuple[Outcome, ...]]
) -> t.Iterator[Ended]:
    """Check what holds for any two runs; yield how both ended unless the second did not take part."""
    limits = [before, one.state(before), other.state(before)]
    if False in (one.offered, other.offered):
        # What a disabling run deletes can be what the other run relies on, until it closes again: see the last test.
        limits += [{key: value for key, value in limit.items() if key != CONTROL} for limit in limits]
    with Watch(host=host, limits=tuple(limits)) as watch:
        outcomes = both()
    now = content(host)
    assert ([], []) == (watch.wider, watch.torn)
    assert ("REG_SZ", "stays") == now[place(POLICY, "Stranger")]
    if len(outcomes) == 2:
        yield now, outcomes[0], outcomes[1]


def names_somebody(outcome: Outcome) -> bool:
    text = str(outcome.failure)
    return "somebody else" in text and any(word in text for word in ("CORP\\", "offer."))


def judge(now: Content, wants: tuple[Want, Want], outcomes: tuple[Outcome, Outcome]) -> bool:
    """Check two contradicting runs that have ended; return whether one of them failed."""
    failed = [outcome for outcome in outcomes if outcome.failure is not None]
    if failed:
        assert any(names_somebody(outcome) for outcome in failed), [str(outcome.failure) for outcome in failed]
        return True
    # Both may be content only if one came after the other: then the host is as the later one wanted it.
    assert any(want.holds(now) for want in wants), helpers(now)
    return False


@pytest.mark.parametrize(("outer", "inner"), BOTH_WAYS)
def test_of_two_contradicting_runs_one_fails_and_names_the_foreign_entry(host, outer, inner):
    wants = (outer, inner)
    failed = [judge(now, wants, (first, second)) for now, first, second in nested(host, *wants, offered=True)]
    assert any(failed)


@pytest.mark.parametrize(("outer", "inner"), [(DISABLE, ENABLE), (ENABLE, DISABLE)], ids=["disable", "enable"])
def test_on_a_closed_host_opening_and_closing_runs_are_never_both_content_with_a_mixture(host, outer, inner):
    for now, first, second in nested(host, outer, inner, offered=False):
        judge(now, (outer, inner), (first, second))


@pytest.mark.parametrize(("one", "other"), BOTH_WAYS[::2])
def test_in_turns_two_contradicting_runs_never_both_believe_in_a_mixture(host, one, other):
    for seed in range(15):
        for now, first, second in in_turns(host, one, other, seed, offered=True):
            judge(now, (one, other), (first, second))


ADD = Want(raw={"offer": {"helpers": {"add": ["CORP\\a", "CORP\\c"]}}}, added=frozenset({"CORP\\a", "CORP\\c"}))
ADD_AND_REMOVE = Want(raw={"offer": {"helpers": {"add": ["CORP\\b"], "remove": [OLD]}}}, added=frozenset({"CORP\\b"}))


@pytest.mark.parametrize(("one", "other"), [(ADD, ADD_AND_REMOVE), (ADD_AND_REMOVE, ADD)], ids=["add-in", "remove-in"])
def test_adding_and_removing_different_names_at_once_both_take_effect(host, one, other):
    endings = list(nested(host, one, other, offered=True))
    for seed in range(10):
        endings += in_turns(host, one, other, seed, offered=True)
    for now, first, second in endings:
        assert (None, None) == (first.failure, second.failure)
        assert {"CORP\\A", "CORP\\B", "CORP\\C"} == set(helpers(now))


def test_the_same_name_added_twice_at_once_is_one_whole_entry(host):
    for now, first, second in nested(host, adding("CORP\\same"), adding("corp\\SAME"), offered=True):
        assert (None, None) == (first.failure, second.failure)
        assert {"CORP\\SAME", OLD.upper()} == set(helpers(now))


def test_a_failed_opening_does_not_take_back_what_only_another_run_wrote(host):
    before = prepare(host, offered=True)
    wanted = adding("CORP\\a", "CORP\\b")

    def somebody() -> None:
        host.registry.set(HELPERS, "CORP\\b", "REG_SZ", "CORP\\b")
        host.registry.deny(HELPERS, write=True)

    def relent() -> None:
        host.registry.deny(HELPERS)

    host.script.add(
        Trouble(when=When(method="Set*", value="CORP\\a"), do=Run(function=somebody)),
        Trouble(when=When(method="Set*", value="CORP\\a"), do=Run(function=relent, after=True)),
    )
    outcome = run(host, wanted)
    now = content(host)
    assert outcome.failure is not None
    assert {OLD.upper(), "CORP\\B"} == set(helpers(now))
    assert [] == wider(now, before, wanted.state(before))
    assert levels(now)["offer"] > OFF


def test_a_disabling_run_closes_again_what_a_run_that_enables_at_the_same_time_opened(host):
    before = prepare(host, offered=True)
    act = Run(function=lambda: run(host, ENABLE, "psrp"))
    host.script.add(Trouble(when=When(method="DeleteValue", value="fAllowUnsolicitedFullControl"), do=act))
    outcome = run(host, DISABLE)
    assert names_somebody(outcome)
    assert outcome.left == ()
    assert [] == wider(content(host), before)
    assert DISABLE.holds(content(host))
