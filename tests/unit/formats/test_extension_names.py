# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""gPCMachineExtensionNames: the order that Windows insists on, foreign groups, and the damage that other tools do."""

from __future__ import annotations

import re

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._formats.extension_names import (
    has_registry_pair,
    is_sound,
    with_registry_pair,
    without_registry_pair,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import FormatError
from hypothesis import given
from hypothesis import strategies as st

REGISTRY = "{35378EAC-683F-11D2-A89A-00C04FBBCFA2}"
TEMPLATES = "{D02B1F72-3407-48AE-BA88-E8213C6761F1}"
OLDER = "{0F6B957D-509E-11D1-A7CC-0000F87571E3}"
SCRIPTS, STARTUP = "{42B5FAAE-6536-11D2-AE5A-0000F87571E3}", "{40B6664F-4972-11D1-A7CA-0000F87571E3}"
SECURITY, SECURITY_TOOL = "{827D319E-6EAC-11D2-A4EA-00C04F79F83A}", "{803E14A0-B4FB-11D0-A0D0-00A0C90F574B}"
RECOVERY, RECOVERY_TOOL = "{B1BE8D72-6EAC-11D2-A4EA-00C04F79F83A}", "{53D6AB1B-2488-11D1-A28C-00C04FB94F17}"
AUDIT, AUDIT_TOOL = "{F3CCC681-B74C-4060-9F26-CD84525DCA2A}", "{0F3F3735-573D-9804-99E4-AB2A69BA5FD4}"
LAPS = "{D76B9641-3288-4F75-942D-087DE603E3EA}"
ZERO = "{00000000-0000-0000-0000-000000000000}"
# Of other vendors, the first sorts before all of ours and the second behind.
EARLY, LATE = "{01234567-0000-4000-8000-00000000000A}", "{FEDCBA98-0000-4000-8000-00000000000B}"

PAIR = f"[{REGISTRY}{TEMPLATES}]"
# What gpedit.msc writes for startup scripts and administrative templates (GPRegistryPolicyDsc, issue 40).
GPEDIT = f"{PAIR}[{SCRIPTS}{STARTUP}]"
# The Default Domain Policy as Windows makes it.
DEFAULT_DOMAIN = f"[{REGISTRY}{RECOVERY_TOOL}][{SECURITY}{SECURITY_TOOL}][{RECOVERY}{RECOVERY_TOOL}]"

CASES = [
    pytest.param("", PAIR, id="nothing there"),
    pytest.param(PAIR, PAIR, id="only ours"),
    pytest.param(f"[{SCRIPTS}{STARTUP}]", GPEDIT, id="one behind"),
    pytest.param(f"[{EARLY}{LATE}]", f"[{EARLY}{LATE}]{PAIR}", id="one before"),
    pytest.param(f"[{REGISTRY}]", PAIR, id="without any tool"),
    pytest.param(f"[{REGISTRY}{OLDER}]", f"[{REGISTRY}{OLDER}{TEMPLATES}]", id="the older tool"),
    pytest.param(f"[{REGISTRY}{ZERO}]", f"[{REGISTRY}{ZERO}{TEMPLATES}]", id="no tool named"),
    pytest.param(
        DEFAULT_DOMAIN, DEFAULT_DOMAIN.replace(RECOVERY_TOOL, RECOVERY_TOOL + TEMPLATES, 1), id="several groups"
    ),
    pytest.param(
        f"[{ZERO}{EARLY}{LATE}][{SCRIPTS}{STARTUP}]",
        f"[{ZERO}{EARLY}{LATE}]{PAIR}[{SCRIPTS}{STARTUP}]",
        id="the group of the preferences",
    ),
    pytest.param(f"[{SCRIPTS}{STARTUP}]{PAIR}", GPEDIT, id="groups out of order"),
    pytest.param(f"[{REGISTRY}{TEMPLATES}{OLDER}]", f"[{REGISTRY}{OLDER}{TEMPLATES}]", id="tools out of order"),
    pytest.param(f"{PAIR}[{REGISTRY}{OLDER}]", f"[{REGISTRY}{OLDER}{TEMPLATES}]", id="two groups of one extension"),
    pytest.param(f"{PAIR}[{REGISTRY.lower()}{TEMPLATES.lower()}]", PAIR, id="the same in lower case"),
    pytest.param(f"[{REGISTRY.lower()}{TEMPLATES.lower()}]{PAIR}", PAIR, id="the same in lower case, first"),
    pytest.param(
        f"[{LATE.lower()}{EARLY.lower()}]",
        f"{PAIR}[{LATE.lower()}{EARLY.lower()}]",
        id="the spelling of others is kept",
    ),
    pytest.param(f"{PAIR}[{LAPS}{TEMPLATES}]", f"{PAIR}[{LAPS}{TEMPLATES}]", id="our tool in the group of another"),
    pytest.param(f" {PAIR}\r\n[ {SCRIPTS} {STARTUP} ] ", GPEDIT, id="blanks"),
    pytest.param(f"[]{PAIR}[ ]", PAIR, id="empty groups"),
    pytest.param(f"[{REGISTRY}{TEMPLATES}{REGISTRY.lower()}]", PAIR, id="Samba: its own extension as a tool"),
    pytest.param(
        f"[{SCRIPTS}{STARTUP}{REGISTRY.lower()}]", GPEDIT.replace(REGISTRY, REGISTRY.lower()), id="Samba: ours"
    ),
    pytest.param(f"[{REGISTRY}{STARTUP}{SCRIPTS}{TEMPLATES}]", GPEDIT, id="DSC: two groups in one, issue 40"),
    pytest.param(
        f"[{AUDIT_TOOL}{REGISTRY}{TEMPLATES}{AUDIT}]", f"{PAIR}[{AUDIT}{AUDIT_TOOL}]", id="DSC: a tool came first"
    ),
    pytest.param(
        f"[{REGISTRY}{TEMPLATES}{LAPS}]", f"{PAIR}[{LAPS}{TEMPLATES}]", id="DSC: a tool that two extensions share"
    ),
    pytest.param(
        f"[{EARLY}{REGISTRY}{SCRIPTS}{STARTUP}{TEMPLATES}{LATE}]",
        f"[{EARLY}{LATE}]{PAIR}[{SCRIPTS}{STARTUP}]",
        id="DSC: what nobody knows stays with the first",
    ),
    pytest.param(
        f"[{REGISTRY}{STARTUP}{TEMPLATES}]", f"[{REGISTRY}{STARTUP}{TEMPLATES}]", id="a tool without its extension"
    ),
]


@pytest.mark.parametrize(("text", "whole"), CASES)
def test_the_pair_is_put_in_once_and_in_order(text: str, whole: str) -> None:
    assert whole == with_registry_pair(text)
    assert whole == with_registry_pair(whole)
    assert has_registry_pair(whole)
    assert is_sound(whole)
    assert (text == whole) == is_sound(text)


@pytest.mark.parametrize(
    ("extension", "tool"),
    [
        (SCRIPTS, STARTUP),
        (SECURITY, SECURITY_TOOL),
        (RECOVERY, RECOVERY_TOOL),
        (RECOVERY, "{53D6AB1D-2488-11D1-A28C-00C04FB94F17}"),
        (AUDIT, AUDIT_TOOL),
        (LAPS, TEMPLATES),
        ("{3610EDA5-77EF-11D2-8DC5-00C04FA31A66}", TEMPLATES),  # disk quotas
        ("{C6DC5466-785A-11D2-84D0-00C04FB169F7}", "{942A8E4F-A261-11D1-A760-00C04FB9603F}"),  # software
        ("{E437BC1C-AA7D-11D2-A382-00C04F991E27}", "{DEA8AFA0-CC85-11D0-9CE2-0080C7221EBD}"),  # IPsec
        ("{0ACDD40C-75AC-47AB-BAA0-BF6DE7E7FE63}", "{2DA6AA7F-8C88-4194-A558-0D36E7FD3E64}"),  # wireless networks
        ("{B587E2B1-4D59-4E7E-AED9-22B9DF11D053}", "{06993B16-A5C7-47EB-B61C-B1CB7EE600AC}"),  # wired networks
    ],
)
def test_each_known_extension_is_set_apart_with_its_tool(extension: str, tool: str) -> None:
    thrown_together = sorted({REGISTRY, TEMPLATES, OLDER, extension, tool})
    apart = sorted([f"[{REGISTRY}{OLDER}{TEMPLATES}]", f"[{extension}{tool}]"])
    assert "".join(apart) == with_registry_pair(f"[{''.join(thrown_together)}]")


def test_the_pair_is_sound_in_any_case_and_with_blanks_around() -> None:
    assert is_sound(f" {PAIR.lower()}\n")
    assert has_registry_pair(f"[{SCRIPTS}{STARTUP}][{REGISTRY.lower()}{OLDER}{TEMPLATES.lower()}]")


@pytest.mark.parametrize(
    "text", ["", f"[{REGISTRY}]", f"[{REGISTRY}{OLDER}]", f"[{LAPS}{TEMPLATES}]", "garbage", "[" + PAIR]
)
def test_without_the_pair_a_list_is_neither_sound_nor_has_it(text: str) -> None:
    assert not has_registry_pair(text)
    assert not is_sound(text)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("", ""),
        (PAIR, ""),
        (PAIR.lower(), ""),
        (GPEDIT, f"[{SCRIPTS}{STARTUP}]"),
        (f"[{REGISTRY}{OLDER}{TEMPLATES}]", f"[{REGISTRY}{OLDER}]"),
        (f"{PAIR}[{LAPS}{TEMPLATES}]", f"[{LAPS}{TEMPLATES}]"),
        (f"[{REGISTRY}{STARTUP}{SCRIPTS}{TEMPLATES}]", f"[{SCRIPTS}{STARTUP}]"),
        (f"[{SCRIPTS}{STARTUP}][{REGISTRY}{OLDER}]", f"[{SCRIPTS}{STARTUP}][{REGISTRY}{OLDER}]"),
        (f"[{REGISTRY}]", f"[{REGISTRY}]"),
        (f" [{SCRIPTS}]", f" [{SCRIPTS}]"),
    ],
)
def test_the_pair_is_taken_out_and_nothing_else(text: str, rest: str) -> None:
    assert rest == without_registry_pair(text)
    assert rest == without_registry_pair(rest)


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("x", 0),
        (PAIR + "x", len(PAIR)),
        (PAIR + "[", len(PAIR)),
        (PAIR[:-1], 0),
        (PAIR.replace("}{", "},{"), 0),
        (f"{PAIR}[{{42B5FAAE-6536-11D2-AE5A-0000F87571E}}]", len(PAIR)),
        (f"{PAIR}[{REGISTRY}[{TEMPLATES}]]", len(PAIR)),
        (f"{PAIR}\0", len(PAIR)),
        (REGISTRY, 0),
    ],
)
def test_what_is_no_list_is_refused_with_the_place(text: str, offset: int) -> None:
    for edit in (with_registry_pair, without_registry_pair):
        with pytest.raises(FormatError) as caught:
            edit(text)
        assert ("gPCMachineExtensionNames", offset) == (caught.value.what, caught.value.offset)


_known = st.sampled_from([REGISTRY, TEMPLATES, OLDER, SCRIPTS, STARTUP, SECURITY, AUDIT, AUDIT_TOOL, LAPS, ZERO])
_foreign = st.sampled_from([EARLY, LATE, "{ABCDEF01-0000-4000-8000-00000000000C}"])
_cased = st.builds(lambda guid, lower: guid.lower() if lower else guid, st.one_of(_known, _foreign), st.booleans())
_lists = st.lists(st.lists(_cased, max_size=5).map(lambda guids: f"[{''.join(guids)}]"), max_size=4).map("".join)
_GUID = re.compile(r"\{[^}]*\}")


def _guids(text: str) -> set[str]:
    return {guid.upper() for guid in _GUID.findall(text)}


@given(_lists)
def test_no_list_loses_a_guid_and_every_result_is_in_order(text: str) -> None:
    whole = with_registry_pair(text)
    assert _guids(text) | {REGISTRY, TEMPLATES} == _guids(whole)
    groups = [[guid.upper() for guid in _GUID.findall(group)] for group in re.findall(r"\[[^]]*\]", whole)]
    extensions = [group[0] for group in groups]
    assert sorted(set(extensions)) == extensions
    assert all(sorted(set(tools)) == tools for extension, *tools in groups)
    assert TEMPLATES in groups[extensions.index(REGISTRY)]
    assert whole == with_registry_pair(whole)
    assert is_sound(whole)


@given(_lists)
def test_taking_the_pair_out_leaves_every_other_guid(text: str) -> None:
    rest = without_registry_pair(text)
    assert not has_registry_pair(rest)
    assert _guids(rest) | {REGISTRY, TEMPLATES} == _guids(text) | {REGISTRY, TEMPLATES}
    assert rest == without_registry_pair(rest)


@given(st.text(alphabet="[]{}-0aF \n", max_size=40))
def test_any_text_is_refused_or_loses_nothing(text: str) -> None:
    try:
        whole = with_registry_pair(text)
    except FormatError as error:
        assert 0 <= error.offset < len(text)
        assert not has_registry_pair(text)
    else:
        assert is_sound(whole)
