# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Firewall rules as the registry holds them."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.firewall import FirewallRule
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.firewall_text import (
    names_in,
    rule_of,
    rules_in,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyState,
    RegistryValue,
    ValueType,
    dword,
    string,
)
from hypothesis import given
from hypothesis import strategies as st

NAME = "RemoteAssistance-DCOM-In-TCP-NoScope-Active"
GROUP = "EmbedCtxt=@FirewallAPI.dll,-33002|"
# As Windows 10 holds it.
SHIPPED = (
    "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|Profile=Domain|LPort=135|"
    "App=%SystemRoot%\\system32\\svchost.exe|Svc=rpcss|Name=@FirewallAPI.dll,-33035|Desc=@FirewallAPI.dll,-33036|"
    f"{GROUP}"
)


def rule(*, enabled: bool = True, inbound: bool = True, allows: bool = True, profiles: int = 0) -> FirewallRule:
    return FirewallRule(
        id=NAME,
        is_enabled=enabled,
        is_inbound=inbound,
        allows=allows,
        profiles=profiles,
        is_local=True,
        keys={},
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SHIPPED, rule(profiles=1)),
        (f"v2.33|Action=Block|Active=FALSE|Dir=Out|{GROUP}", rule(enabled=False, inbound=False, allows=False)),
        (f"v2.10|Action=ByPass|Active=TRUE|Dir=In|Profile=Private|Profile=Public|{GROUP}", rule(profiles=6)),
        (
            f"v2.10|Action=Allow|Active=False|Dir=In|Profile=Domain|Profile=Private|{GROUP}",
            rule(enabled=False, profiles=3),
        ),
        (f"v2.10|action=allow|ACTIVE=true|DIR=in|profile=public|{GROUP.lower()}", rule(profiles=4)),
        (
            "v2.10|Action=Allow|Active=TRUE|Dir=In|EmbedCtxt=@%SystemRoot%\\system32\\firewallapi.dll,-33002|Future=x|",
            rule(),
        ),
        (f"v2.30|{GROUP}Dir=In|Active=TRUE|Action=Allow|Desc=a=b|", rule()),
    ],
)
def test_a_rule_of_the_group(text: str, expected: FirewallRule) -> None:
    assert expected == rule_of(NAME, text, is_local=True)


def test_a_rule_of_a_policy() -> None:
    found = rule_of(NAME, SHIPPED, is_local=False)
    assert found is not None
    assert not found.is_local


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v2.30|",
        "v2.30|Action=Allow|Active=TRUE|Dir=In|",
        "v2.30|Action=Allow|Active=TRUE|Dir=In|EmbedCtxt=@FirewallAPI.dll,-28752|",
        "v2.30|Action=Allow|Active=TRUE|Dir=In|EmbedCtxt=Remote Assistance|",
        "v2.30|Action=Allow|Active=TRUE|Dir=In|Name=@FirewallAPI.dll,-33002|",
        "v2.30|Action=whatever|EmbedCtxt=@FirewallAPI.dll,-28752|",
    ],
)
def test_a_rule_of_another_group(text: str) -> None:
    assert rule_of(NAME, text, is_local=True) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"v2.30|Active=TRUE|Dir=In|{GROUP}", "action is said 0 times"),
        (f"v2.30|Action=Allow|Dir=In|{GROUP}", "active is said 0 times"),
        (f"v2.30|Action=Allow|Active=TRUE|{GROUP}", "dir is said 0 times"),
        (f"v2.30|Action=Permit|Active=TRUE|Dir=In|{GROUP}", "action is 'Permit'"),
        (f"v2.30|Action=Allow|Active=1|Dir=In|{GROUP}", "active is '1'"),
        (f"v2.30|Action=Allow|Active=TRUE|Active=FALSE|Dir=In|{GROUP}", "active is said 2 times"),
        (f"v2.30|Action=Allow|Active=TRUE|Dir=In|Profile=Home|{GROUP}", "profile is 'Home'"),
        (f"v2.30|Action=Allow|Active=|Dir=In|{GROUP}", "active is ''"),
    ],
)
def test_a_rule_that_does_not_say_what_is_needed(text: str, why: str) -> None:
    with pytest.raises(ValueError) as caught:
        rule_of(NAME, text, is_local=True)
    assert f"the firewall rule '{NAME}' cannot be used: {why}" == str(caught.value)


def test_the_rules_of_a_key() -> None:
    raw = RegistryValue(name="Raw", type=ValueType.REG_BINARY, data=b"EmbedCtxt=@FirewallAPI.dll,-33002|")
    others = (string("Other", "v2.30|Action=Allow|Active=TRUE|Dir=In|"), dword("Version", 0x20E), raw)
    assert (rule(profiles=1),) == rules_in(KeyState.of(*others, string(NAME, SHIPPED)), is_local=True)
    assert () == rules_in(KeyState.of(*others), is_local=True)


def test_the_names_of_rules_need_nothing_but_the_group() -> None:
    assert ("A", NAME) == names_in(KeyState.of(string("A", GROUP), string("B", "v2.30|"), string(NAME, SHIPPED)))


WORDS = st.sampled_from(["Action=Allow", "Action=Block", "Active=TRUE", "Active=FALSE", "Dir=In", "Dir=Out", "Dir"])
ANYTHING = st.lists(st.one_of(WORDS, st.sampled_from(["Profile=Domain", GROUP[:-1], "=", "v2.30"]), st.text()))


@given(ANYTHING.map("|".join))
def test_any_text_is_a_rule_or_none_or_refused_as_such(text: str) -> None:
    try:
        found = rule_of(NAME, text, is_local=True)
    except ValueError as error:
        assert NAME in str(error)
    else:
        assert found is None or "embedctxt=" in text.lower()


@given(
    st.booleans(),
    st.booleans(),
    st.sampled_from([("Allow", True), ("Block", False), ("ByPass", True)]),
    st.sets(st.sampled_from([("Domain", 1), ("Private", 2), ("Public", 4)])),
    st.randoms(use_true_random=False),
)
def test_the_order_of_fields_does_not_matter(active, inbound, action, profiles, random) -> None:  # type: ignore[no-untyped-def]
    fields = [
        f"Active={str(active).upper()}",
        f"Dir={'In' if inbound else 'Out'}",
        f"Action={action[0]}",
        GROUP[:-1],
        *(f"Profile={word}" for word, dummy in sorted(profiles)),
    ]
    random.shuffle(fields)
    expected = rule(
        enabled=active, inbound=inbound, allows=action[1], profiles=sum(number for dummy, number in profiles)
    )
    assert expected == rule_of(NAME, "|".join(["v2.30", *fields, ""]), is_local=True)
