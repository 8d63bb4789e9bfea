# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a declaration changes in gpt.ini beside Registry.pol, and whether a run only closes."""

from __future__ import annotations

import re

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.local_plan import (
    LocalPlan,
    plan_local,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ports import LocalGpoFiles
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import from_mapping
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.plan import plan
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostError
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyState,
    Observed,
    dword,
    string,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.group_policy.pol_bytes import (
    HEADER,
    number,
    order,
    pol,
    words,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.group_policy.pol_files import files as pol_files
from ansible_collections.winfleet.remote_assistance.tests.unit.oracle import HELPERS, POLICY
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import (
    HELPER_KEY,
    POLICY_KEY,
    Raw,
    declarations,
    hosts,
    what_is_read,
)
from hypothesis import given
from hypothesis import strategies as st

PAIR = "[{35378EAC-683F-11D2-A89A-00C04FBBCFA2}{D02B1F72-3407-48AE-BA88-E8213C6761F1}]"
SCRIPTS = "[{42B5FAAE-6536-11D2-AE5A-0000F87571E3}{40B6664F-4972-11D1-A7CA-0000F87571E3}]"
LOGGING = number(POLICY, "LoggingEnabled", 1)
ENABLED: Raw = {"session_logging": {"state": "enabled"}}
UNCONFIGURED: Raw = {"session_logging": {"state": "not_configured"}}


def ini(version: int | str | None, names: str | None = None) -> bytes:
    lines = ["[General]"]
    lines += [] if names is None else [f"gPCMachineExtensionNames={names}"]
    lines += [] if version is None else [f"Version={version}"]
    return "".join(line + "\r\n" for line in lines).encode("ascii")


def planned(registry_pol: bytes | None, gpt_ini: bytes | None, raw: Raw, host: Observed | None = None) -> LocalPlan:
    declaration = from_mapping(raw)
    live = plan(declaration, what_is_read(host or {}, declaration))
    return plan_local(declaration, LocalGpoFiles(registry_pol=registry_pol, gpt_ini=gpt_ini), live)


def test_the_first_policy_of_a_host_makes_both_files() -> None:
    made = planned(None, None, ENABLED)
    expected = number(r"Software\policies\Microsoft\Windows NT\Terminal Services", "LoggingEnabled", 1)
    assert LocalGpoFiles(registry_pol=pol(expected), gpt_ini=ini(1, PAIR)) == made.after
    assert [
        ("session_logging.state", "not_configured", "enabled"),
        ("gpt_ini", "machine version 0, no machine extensions", f"machine version 1, {PAIR}"),
    ] == [(one["setting"], one["before"], one["after"]) for one in (step.to_result() for step in made.steps)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ini(1, PAIR), ini(2, PAIR)),
        (ini(0x0007_FFFF, PAIR), ini(0x0007_0001, PAIR)),
        (ini(0x0003_0000, ""), ini(0x0003_0001, PAIR)),
        (ini(5), ini(6).replace(b"Version", b"gPCMachineExtensionNames=" + PAIR.encode() + b"\r\nVersion")),
        (ini(5, SCRIPTS), ini(6, PAIR + SCRIPTS)),
        (ini(5, SCRIPTS + PAIR), ini(6, PAIR + SCRIPTS)),
        (b"", ini(1, PAIR)),
        (
            b"; ours\n[General]\nOptions=1\nversion = 3\n[Other]\nVersion=9",
            b"; ours\n[General]\nOptions=1\n"
            + f"gPCMachineExtensionNames={PAIR}\n".encode()
            + b"version = 4\n[Other]\nVersion=9",
        ),
    ],
)
def test_a_change_counts_the_version_up_once_and_names_the_extension(before: bytes, after: bytes) -> None:
    made = planned(HEADER, before, ENABLED)
    assert after == made.after.gpt_ini
    assert ["session_logging.state", "gpt_ini"] == [step.setting for step in made.steps]


def test_several_changes_are_one_edit() -> None:
    raw = {"solicited": {"state": "disabled"}, "offer": {"state": "disabled"}} | ENABLED
    assert ini(2, PAIR) == planned(HEADER, ini(1, PAIR), raw).after.gpt_ini


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ini(5), ini(6, PAIR)),
        (ini(5, ""), ini(6, PAIR)),
        (ini(5, SCRIPTS), ini(6, PAIR + SCRIPTS)),
        (ini(5, SCRIPTS + PAIR), ini(6, PAIR + SCRIPTS)),
        (ini(0, PAIR), ini(1, PAIR)),
        (ini(0x0002_0000, PAIR), ini(0x0002_0001, PAIR)),
        (ini(None, PAIR), ini(None, PAIR) + b"Version=1\r\n"),
        (ini("none", PAIR), ini(1, PAIR)),
        (None, ini(1, PAIR)),
    ],
)
def test_a_right_policy_that_windows_never_applied_is_repaired_and_nothing_else(
    before: bytes | None, after: bytes
) -> None:
    made = planned(pol(LOGGING), before, ENABLED)
    assert LocalGpoFiles(registry_pol=pol(LOGGING), gpt_ini=after) == made.after
    assert ((), ["gpt_ini"]) == (made.plan.steps, [step.setting for step in made.steps])


@pytest.mark.parametrize(
    ("registry_pol", "raw"),
    [
        (pol(number(r"Software\Policies\X", "v", 1)), UNCONFIGURED),
        (pol(number(POLICY, "fDenyTSConnections", 1)), {"offer": {"state": "not_configured"}}),
        (None, UNCONFIGURED),
        (HEADER, UNCONFIGURED),
        (pol(number(POLICY, "fAllowUnsolicited", 1), words(HELPERS, "C\\a", "C\\a")), UNCONFIGURED),
        (pol(LOGGING), {"control_panel": {"invitations": False}}),
        (pol(LOGGING), {"offer": {"helpers": {"remove": ["C\\a"]}}}),
    ],
)
@pytest.mark.parametrize("gpt_ini", [None, b"", ini(0), ini(3, SCRIPTS + PAIR), ini(3, "no list")], ids=str)
def test_nothing_is_repaired_for_policies_that_the_declaration_does_not_mention(
    registry_pol: bytes | None, raw: Raw, gpt_ini: bytes | None
) -> None:
    made = planned(registry_pol, gpt_ini, raw)
    assert ((), made.before) == (made.steps, made.after)


@pytest.mark.parametrize(
    ("registry_pol", "gpt_ini"),
    [
        (pol(LOGGING), ini(1, PAIR)),
        (pol(LOGGING), ini(0x0001_0007, PAIR + SCRIPTS)),
        (pol(LOGGING), ini(1, PAIR.lower())),
        (pol(order(POLICY, "**DELVALS")), ini(1, PAIR)),
    ],
)
def test_a_sound_file_is_left_alone(registry_pol: bytes, gpt_ini: bytes) -> None:
    raw = ENABLED if LOGGING in registry_pol else {"solicited": {"control": "view_only"}}
    made = planned(registry_pol, gpt_ini, raw)
    assert ((), made.before, {"before": {}, "after": {}}) == (made.steps, made.after, made.sides(made.steps))


def test_the_last_policy_takes_the_extension_with_it_and_leaves_an_empty_file() -> None:
    made = planned(pol(LOGGING), ini(4, PAIR + SCRIPTS), UNCONFIGURED)
    assert LocalGpoFiles(registry_pol=HEADER, gpt_ini=ini(5, SCRIPTS)) == made.after
    assert (
        LocalGpoFiles(registry_pol=HEADER, gpt_ini=ini(5, ""))
        == planned(pol(LOGGING), ini(4, PAIR), UNCONFIGURED).after
    )


def test_the_extension_stays_while_anybody_has_an_entry() -> None:
    other = number(r"Software\Policies\X", "v", 1)
    made = planned(pol(LOGGING, other), ini(4, PAIR), UNCONFIGURED)
    assert LocalGpoFiles(registry_pol=pol(other), gpt_ini=ini(5, PAIR)) == made.after


@pytest.mark.parametrize(
    ("registry_pol", "gpt_ini", "named"),
    [
        (b"", ini(1), "Machine\\Registry.pol"),
        (b"PReg\2\0\0\0", ini(1), "Machine\\Registry.pol"),
        (pol(LOGGING)[:-1], ini(1), "Machine\\Registry.pol"),
        (HEADER, b"\xfe\xff\0[", "gpt.ini"),
        (HEADER, b"one line of prose", "gpt.ini"),
        (HEADER, ini(1, "not a list of groups"), "gpt.ini"),
    ],
)
def test_a_damaged_file_is_named_and_nothing_is_planned(registry_pol: bytes, gpt_ini: bytes, named: str) -> None:
    with pytest.raises(HostError, match=re.escape(named)) as caught:
        planned(registry_pol, gpt_ini, ENABLED)
    assert "nothing was written" in str(caught.value)


def test_both_sides_of_a_diff_show_what_was_made() -> None:
    made = planned(HEADER, ini(1, PAIR), ENABLED)
    assert {
        "before": {
            "session_logging": {"state": "not_configured"},
            "gpt_ini": {"machine_version": 1, "machine_extensions": PAIR},
        },
        "after": {
            "session_logging": {"state": "enabled"},
            "gpt_ini": {"machine_version": 2, "machine_extensions": PAIR},
        },
    } == made.sides(made.steps)


FULL: Observed = {
    POLICY_KEY: KeyState.of(dword("fAllowToGetHelp", 1), dword("fAllowFullControl", 1)),
    HELPER_KEY: KeyState.of(string("C\\a", "C\\a")),
}
VIEW: Observed = {POLICY_KEY: KeyState.of(dword("fAllowToGetHelp", 1), dword("fAllowFullControl", 0))}
OFF: Observed = {POLICY_KEY: KeyState.of(dword("fAllowToGetHelp", 0))}
POL_OFF = pol(number(POLICY, "fAllowToGetHelp", 0))
POL_FULL = pol(number(POLICY, "fAllowToGetHelp", 1), number(POLICY, "fAllowFullControl", 1))
LIFETIME = {"ticket_lifetime": 1, "ticket_lifetime_unit": "minutes"}
WANT_VIEW: Raw = {"solicited": {"state": "enabled", "control": "view_only", **LIFETIME}}
WANT_OFF: Raw = {"solicited": {"state": "disabled"}}


@pytest.mark.parametrize(
    ("host", "registry_pol", "raw", "expected"),
    [
        pytest.param(FULL, None, WANT_VIEW, True, id="full control on the host, the file silent"),
        pytest.param(FULL, POL_FULL, WANT_VIEW, True, id="full control in both"),
        pytest.param(FULL, POL_OFF, WANT_VIEW, False, id="the file would close the host at its next application"),
        pytest.param(OFF, POL_FULL, WANT_VIEW, True, id="the file would open the host at its next application"),
        pytest.param(OFF, None, WANT_VIEW, False, id="off everywhere"),
        pytest.param(FULL, POL_FULL, WANT_OFF, True, id="all off"),
        pytest.param({}, None, WANT_OFF, True, id="off where nothing was configured"),
        pytest.param(OFF, POL_OFF, {"solicited": {"state": "not_configured"}}, False, id="the preference decides"),
        pytest.param(VIEW, POL_OFF, ENABLED, True, id="what is not mentioned stays"),
    ],
)
def test_a_run_closes_if_the_host_under_its_policy_is_nowhere_wider(
    host: Observed, registry_pol: bytes | None, raw: Raw, expected: bool
) -> None:
    assert expected == planned(registry_pol, None, raw, host).plan.closing


def test_a_note_about_the_file_says_so_and_one_about_both_is_not_told_twice() -> None:
    raw: Raw = {"offer": {"control": "view_only"}}
    on: Observed = {POLICY_KEY: KeyState.of(dword("fAllowUnsolicited", 1))}
    assert ("local GPO: offer is not enabled: offer.control not applied",) == planned(None, None, raw, on).plan.notes
    assert () == planned(None, None, raw).plan.notes


GPT_INIS = st.sampled_from(
    (None, b"", ini(0), ini(7), ini(7, PAIR), ini(0, PAIR), ini(7, SCRIPTS), ini(65535, SCRIPTS + PAIR))
)


def version(content: bytes | None) -> int:
    found = re.search(rb"^Version=([0-9]+)\r\n", content or b"", re.MULTILINE)
    return int(found[1]) if found else 0


@given(st.one_of(st.none(), pol_files()), GPT_INIS, declarations(), hosts())
def test_gpt_ini_is_counted_up_by_one_exactly_where_windows_has_something_to_apply(
    registry_pol: bytes | None, gpt_ini: bytes | None, raw: Raw, host: Observed
) -> None:
    made = planned(registry_pol, gpt_ini, raw, host)
    is_changed = registry_pol != made.after.registry_pol
    assert (made.after == made.before) == (not made.steps)
    if made.after.gpt_ini != gpt_ini:
        assert ((version(gpt_ini) + 1) & 0xFFFF or 1) == version(made.after.gpt_ini)
        is_empty = made.after.registry_pol == HEADER
        assert (PAIR.encode() in (made.after.gpt_ini or b"")) == (not is_empty)
    else:
        assert not is_changed
    again = planned(made.after.registry_pol, made.after.gpt_ini, raw, host)
    assert ((), made.after) == (again.steps, again.after)
