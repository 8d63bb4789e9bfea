# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Methods of instances and of classes: what is sent, and what the outputs say."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.codes import (
    NotOffered,
    Trouble,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.invoke import (
    Call,
    check,
    invoke,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.items import Item
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.troubles import NoAnswer
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    AccessDenied,
    HostError,
    HostUnreachable,
    InputError,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wmi_host import (
    WMI,
    WmiScript,
    Xml,
    method_output,
    moment,
    refused,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wsman_host import ADDRESSING, NIL

WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
RULE = {
    "CreationClassName": "MSFT|FW|FirewallRule|RemoteAssistance-Out-TCP",
    "PolicyRuleName": "",
    "SystemCreationClassName": "",
    "SystemName": 'a "quoted" & <odd>\tname',
}
ENABLE = Call(namespace="root/standardcimv2", class_name="MSFT_NetFirewallRule", method="Enable", selectors=RULE)
START = Call(
    namespace="root/Microsoft/Windows/TaskScheduler",
    class_name="PS_ScheduledTask",
    method="StartByPath",
    parameters=[("TaskPath", "\\Microsoft\\Windows\\"), ("TaskName", "A & B")],
)


def run(script: WmiScript, call: Call = START, *, changes: bool = True) -> Item:
    return invoke(script.exchange(), call, doing="doing it", changes=changes)


def test_a_method_of_an_instance_names_it_by_selectors() -> None:
    script = WmiScript(method_output([]))
    run(script, ENABLE)

    message = ET.fromstring(script.sent[0])
    assert RULE == {one.get("Name"): one.text or "" for one in message.iter(f"{{{WSMAN}}}Selector")}
    assert f"{WMI}/root/standardcimv2/MSFT_NetFirewallRule/Enable" == message.findtext(f".//{{{ADDRESSING}}}Action")
    assert [("Enable", {})] == script.calls


def test_a_static_method_has_parameters_and_no_selectors() -> None:
    script = WmiScript(method_output([("ReturnValue", 0)]))

    check(run(script))
    assert b"Selector" not in script.sent[0]
    expected = {"TaskPath": ["\\Microsoft\\Windows\\"], "TaskName": ["A & B"]}
    assert [("StartByPath", expected)] == script.calls
    assert f"{WMI}/{START.namespace}/PS_ScheduledTask<".encode() in script.sent[0]


def test_an_array_is_its_name_repeated() -> None:
    script = WmiScript(method_output([]))
    run(script, Call(namespace="n", class_name="c", method="m", parameters=[("a", "1"), ("a", "2")]))

    assert [("m", {"a": ["1", "2"]})] == script.calls


@pytest.mark.parametrize("rows", [[], [("ReturnValue", NIL)], [("ReturnValue", 0)]])
def test_no_code_is_as_good_as_zero(rows: object) -> None:
    check(run(WmiScript(method_output(rows))))


@pytest.mark.parametrize(
    ("number", "kind", "text"),
    [
        (5, AccessDenied, "doing it: access denied (0x00000005)"),
        (-2147024891, AccessDenied, "doing it: access denied (0x80070005)"),
        (2, HostError, "doing it: the host's WMI returned an error (0x00000002)"),
        (2147942402, HostError, "doing it: the host's WMI returned an error (0x80070002)"),
    ],
)
def test_another_code_is_an_error(number: int, kind: type, text: str) -> None:
    with pytest.raises(kind) as caught:
        check(run(WmiScript(method_output([("ReturnValue", number)]))))
    assert (kind,) == (type(caught.value),)
    assert str(caught.value).startswith(text)


def test_an_output_may_hold_an_instance() -> None:
    inside = Xml(f"<q:LastRunTime xmlns:q='urn:q'>{moment('2026-11-20T10:00:00Z')}</q:LastRunTime>")
    output = run(WmiScript(method_output([("cmdletOutput", inside), ("ReturnValue", 0)])))

    assert 2026 == output.item("cmdletOutput").moment("LastRunTime").year


def test_a_code_that_is_no_number_is_refused() -> None:
    with pytest.raises(HostError, match="ReturnValue is not a number"):
        check(run(WmiScript(method_output([("ReturnValue", "fine")]))))


@pytest.mark.parametrize("code", [2150858752, 0x8004100E])
def test_a_missing_class_or_instance_is_told_apart(code: int) -> None:
    with pytest.raises(NotOffered):
        run(WmiScript(refused(code)))


@pytest.mark.parametrize("changes", [True, False])
def test_a_lost_answer_leaves_the_outcome_of_a_change_unknown(changes: bool) -> None:
    with pytest.raises(HostUnreachable) as caught:
        run(WmiScript(NoAnswer(Trouble.LOST)), changes=changes)
    assert changes is caught.value.outcome_unknown


@pytest.mark.parametrize(
    "call",
    [
        Call(namespace="n", class_name="c", method="m", selectors={"a": "\x01"}),
        Call(namespace="n", class_name="c", method="m", selectors={"\x01": "a"}),
        Call(namespace="n", class_name="c", method="m", parameters=[("a", "\ud800")]),
    ],
)
def test_what_xml_cannot_carry_is_not_sent(call: Call) -> None:
    script = WmiScript()
    with pytest.raises(InputError):
        run(script, call)
    assert [] == script.sent
