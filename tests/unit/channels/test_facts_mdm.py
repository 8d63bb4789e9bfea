# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What device management sets, read over the real channel from hand-made answers of the documented shapes."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.policies import read_mdm
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import MdmSetting
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wmi_windows import Windows

CURRENT = r"SOFTWARE\Microsoft\PolicyManager\current\device"
PROVIDERS = r"SOFTWARE\Microsoft\PolicyManager\Providers"


def managed(payload: str = "<disabled/>", provider: str = "ABC") -> Windows:
    host = Windows()
    name = "UnsolicitedRemoteAssistance"
    host.registry = {
        rf"{CURRENT}\RemoteAssistance": {f"{name}_ProviderSet": 1, f"{name}_WinningProvider": "{ABC}"},
        rf"{PROVIDERS}\{provider}\default\Device\RemoteAssistance": {name: payload, f"{name}_LastWrite": 1},
    }
    return host


@pytest.mark.parametrize("provider", ["ABC", "{ABC}", "abc"])
@pytest.mark.parametrize(
    ("payload", "state"),
    [("<disabled/>", "disabled"), (' <Enabled/><data id="a" value="1"/>', "enabled"), ("else", None)],
)
def test_what_device_management_sends(provider: str, payload: str, state: str | None) -> None:
    found = read_mdm(managed(payload, provider).channel())

    assert {"offer": MdmSetting(policy="offer", provider="{ABC}", state=state)} == dict(found.settings)
    assert not found.wins_over_gpo


def test_the_other_area_and_the_right_of_way() -> None:
    host = managed()
    name = "RA_EncryptedTicketOnly"
    host.registry |= {
        rf"{CURRENT}\ADMX_RemoteAssistance": {f"{name}_ProviderSet": 2, f"{name}_WinningProvider": "ABC"},
        rf"{PROVIDERS}\ABC\default\Device\ADMX_RemoteAssistance": {name: "<enabled/>"},
        rf"{CURRENT}\ControlPolicyConflict": {"MDMWinsOverGP": 1},
    }
    found = read_mdm(host.channel())

    assert ({"offer", "encrypted_tickets_only"}, True) == (set(found.settings), found.wins_over_gpo)


@pytest.mark.parametrize(
    "gone", [f"{PROVIDERS}\\ABC\\default\\Device\\RemoteAssistance", f"{CURRENT}\\RemoteAssistance"]
)
def test_what_the_winner_does_not_hold_any_more_is_not_set(gone: str) -> None:
    host = managed()
    del host.registry[gone]

    assert {} == dict(read_mdm(host.channel()).settings)
