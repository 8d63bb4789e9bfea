# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that is known of a host behind ssh, what it costs, and what becomes of refusals."""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import UTC, datetime

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.opening import facts_reader
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import (
    AppliedGpo,
    HostFacts,
    Mdm,
    MdmSetting,
    Membership,
    OperatingSystem,
    Unread,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostUnreachable
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import KeyRead
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.command_host import (
    MSRA,
    SYSNATIVE,
    CommandHost,
    Registry,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import HELPER_KEY, POLICY_KEY, PREFERENCE_KEY

VERSION = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
PRODUCT = r"SYSTEM\CurrentControlSet\Control\ProductOptions"
NETWORK = r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters"
GROUP_POLICY = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy"
EXTENSION = "{35378EAC-683F-11D2-A89A-00C04FBBCFA2}"
HISTORY = rf"{GROUP_POLICY}\History\{EXTENSION}"
STATE = rf"{GROUP_POLICY}\State\Machine\Extension-List\{EXTENSION}"
SYSTEM_POLICIES = r"SOFTWARE\Policies\Microsoft\Windows\System"
CURRENT = r"SOFTWARE\Microsoft\PolicyManager\current\device"
PROVIDERS = r"SOFTWARE\Microsoft\PolicyManager\Providers"
GPO = "{7C2B0A51-5C7D-4B8E-9F0A-3D1E6B2F4A90}"
ENROLLMENT = "4F6C7C1E-2D5A-4B0B-9B7A-0A1B2C3D4E5F"

NO_RSOP = Unread(why="RSoP is not readable over ssh")
NARROW = Unread(why="the host's sshd is a 32-bit program, which is not shown all of Windows")


def member() -> Registry:
    return {
        VERSION: {
            "ProductName": "Windows 10 Pro",
            "CurrentBuild": "22631",
            "EditionID": "Professional",
            "InstallationType": "Client",
            "RegisteredOwner": "Jürgen",
        },
        PRODUCT: {"ProductType": "WinNT"},
        NETWORK: {"NV Domain": "corp.example", "Domain": "corp.example"},
        rf"{GROUP_POLICY}\History": {"MachineDomain": "CORP.example", "DCName": r"\\dc1.corp.example"},
        rf"{HISTORY}\0": {
            "DSPath": "LocalGPO",
            "GPOName": "Richtlinien",
            "DisplayName": "Richtlinien",
            "Link": "Local",
        },
        rf"{HISTORY}\1": {
            "DSPath": f"LDAP://CN=Machine,CN={GPO},CN=Policies,CN=System,DC=corp,DC=example",
            "GPOName": GPO,
            "DisplayName": "Рабочие станции",
            "Link": "LDAP://OU=ПК,DC=corp,DC=example",
            "Version": 65537,
        },
        STATE: {"EndTimeLo": 0x80000000, "EndTimeHi": 0x01DC8000, "Status": 0},
        SYSTEM_POLICIES: {"DisableLGPOProcessing": 1},
    }


def host() -> CommandHost:
    made = CommandHost()
    made.registry = member()
    return made


MEMBER = HostFacts(
    rsop=NO_RSOP,
    applied=(
        AppliedGpo(gpo="LocalGPO", name="Richtlinien"),
        AppliedGpo(gpo=GPO, name="Рабочие станции", linked_at="OU=ПК,DC=corp,DC=example"),
    ),
    mdm=Mdm(),
    local_gpo_off=True,
    refreshed=datetime(2026, 1, 7, 18, 7, 35, 11123, tzinfo=UTC),
    system=OperatingSystem(caption="Windows 11 Pro", build=22631, kind="client", edition="Professional", is_core=False),
    membership=Membership(is_member=True, domain="CORP.example", computer="PC1"),
    feature=True,
)


def gathered(made: CommandHost, **options: t.Any) -> HostFacts:
    return facts_reader(made.channel(**options)).gather()


def test_everything_with_one_line_and_one_transfer() -> None:
    made = host()
    assert MEMBER == gathered(made)
    assert (2, 1) == (made.calls, len(made.lines))


def test_a_host_that_no_policy_ever_reached_takes_one_line() -> None:
    made = host()
    made.registry = {path: values for path, values in made.registry.items() if not path.startswith(GROUP_POLICY)}
    del made.registry[SYSTEM_POLICIES]
    expected = dataclasses.replace(
        MEMBER,
        applied=(),
        local_gpo_off=False,
        refreshed=None,
        membership=Membership(is_member=None, computer="PC1"),
    )
    assert (expected, 1) == (gathered(made), made.calls)


@pytest.mark.parametrize("folder", [r"C:\Windows\Temp", "C:\\" + "x" * 97])
def test_the_line_fits_behind_the_files_of_a_reading(folder: str) -> None:
    made = host()
    made.registry |= {POLICY_KEY.path: {"a": 1}, r"SYSTEM\CurrentControlSet\Control\Remote Assistance": {"b": 1}}
    with_files = made.channel(temp_dir=folder)
    with_files.read([KeyRead(key=POLICY_KEY), KeyRead(key=HELPER_KEY), KeyRead(key=PREFERENCE_KEY)])
    assert 3 == len(with_files.left_behind)
    reader = facts_reader(with_files)
    assert MEMBER == reader.gather()
    assert 1 == len(with_files.left_behind)
    with_files.close()
    assert ([], {MSRA}) == (list(with_files.left_behind), set(made.files))


def test_device_management_takes_one_line_more() -> None:
    made = host()
    area = rf"{CURRENT}\RemoteAssistance"
    names = ("UnsolicitedRemoteAssistance", "SolicitedRemoteAssistance")
    made.registry[area] = {f"{name}_ProviderSet": 1 for name in names}
    made.registry[area] |= {f"{name}_WinningProvider": ENROLLMENT for name in names}
    made.registry[rf"{PROVIDERS}\{{{ENROLLMENT}}}\default\Device\RemoteAssistance"] = {
        "UnsolicitedRemoteAssistance": "<disabled/>",
        "SolicitedRemoteAssistance": "<enabled/><data id='x' value='1'/>",
    }
    made.registry[rf"{CURRENT}\ControlPolicyConflict"] = {"MDMWinsOverGP": 1}
    settings = {
        "solicited": MdmSetting(policy="solicited", provider=ENROLLMENT, state="enabled"),
        "offer": MdmSetting(policy="offer", provider=ENROLLMENT, state="disabled"),
    }
    assert Mdm(settings=settings, wins_over_gpo=True) == gathered(made).mdm
    assert (3, 2) == (made.calls, len(made.lines))


@pytest.mark.parametrize("provider", ['x" & echo', "a%b%", "ключ", "x\\..\\y|z"])
def test_an_enrollment_whose_id_does_not_belong_onto_a_line_never_gets_there(provider: str) -> None:
    made = host()
    made.registry[rf"{CURRENT}\RemoteAssistance"] = {
        "SolicitedRemoteAssistance_ProviderSet": 1,
        "SolicitedRemoteAssistance_WinningProvider": provider,
    }
    facts = gathered(made)
    assert Unread(why="this key cannot stand on a command line") == facts.mdm
    assert dataclasses.replace(MEMBER, mdm=facts.mdm) == facts
    assert provider not in "".join(made.lines)


@pytest.mark.parametrize(
    ("product", "kind", "is_member", "domain"),
    [
        ("WinNT", "client", True, "CORP.example"),
        ("ServerNT", "server", True, "CORP.example"),
        ("LanmanNT", "domain_controller", True, "corp.example"),
    ],
)
def test_kinds_of_windows(product: str, kind: str, is_member: bool, domain: str) -> None:
    made = host()
    made.registry[PRODUCT] = {"ProductType": product}
    made.registry[VERSION] |= {"ProductName": "Windows Server 2022 Standard", "InstallationType": "Server Core"}
    made.variables["SystemRoot"] = "D:\\Win"
    facts = gathered(made)
    assert isinstance(facts.system, OperatingSystem)
    assert (kind, True, "D:\\Win", "Windows Server 2022 Standard") == (
        facts.system.kind,
        facts.system.is_core,
        facts.system.windows_folder,
        facts.system.caption,
    )
    assert Membership(is_member=is_member, domain=domain, computer="PC1") == facts.membership


@pytest.mark.parametrize(
    ("build", "name", "expected"),
    [
        ("19045", "Windows 10 Enterprise", "Windows 10 Enterprise"),
        ("22000", "Windows 10 Enterprise", "Windows 11 Enterprise"),
        ("26100", "Windows 11 Pro", "Windows 11 Pro"),
        ("9600", "Windows 8.1 Pro", "Windows 8.1 Pro"),
    ],
)
def test_what_a_client_is_called(build: str, name: str, expected: str) -> None:
    made = host()
    made.registry[VERSION] |= {"ProductName": name, "CurrentBuild": build}
    system = gathered(made).system
    assert isinstance(system, OperatingSystem)
    assert (int(build), expected) == (system.build, system.caption)


@pytest.mark.parametrize(
    ("suffix", "last_domain"), [("corp.example", None), ("other.example", "corp.example"), (None, "corp.example")]
)
def test_one_hint_alone_makes_no_member(suffix: str | None, last_domain: str | None) -> None:
    made = host()
    made.registry[NETWORK] = {"Domain": suffix} if suffix else {}
    made.registry[rf"{GROUP_POLICY}\History"] = {"MachineDomain": last_domain} if last_domain else {}
    assert Membership(is_member=None, computer="PC1") == gathered(made).membership


@pytest.mark.parametrize(
    "change", [{PRODUCT: {}}, {PRODUCT: {"ProductType": "WinX"}}, {VERSION: {"CurrentBuild": "?"}}]
)
def test_a_host_that_does_not_say_what_it_is(change: Registry) -> None:
    made = host()
    made.registry |= change
    assert Unread(why="the host does not say which Windows it is") == gathered(made).system


def test_without_the_feature() -> None:
    made = host()
    del made.files[MSRA]
    assert dataclasses.replace(MEMBER, feature=False) == gathered(made)


def test_a_32_bit_sshd_is_not_shown_all() -> None:
    made = host()
    made.files[SYSNATIVE] = b""
    assert dataclasses.replace(MEMBER, mdm=NARROW, system=NARROW, feature=NARROW) == gathered(made)


def denied(path: str) -> Unread:
    return Unread(why=rf"the account may not read HKLM\{path}")


DENIALS: dict[str, dict[str, t.Any]] = {
    HISTORY: {"applied": denied(HISTORY)},
    rf"{GROUP_POLICY}\History": {
        "applied": denied(rf"{GROUP_POLICY}\History"),
        "membership": denied(rf"{GROUP_POLICY}\History"),
    },
    rf"{GROUP_POLICY}\State": {"refreshed": None},
    SYSTEM_POLICIES: {"local_gpo_off": denied(SYSTEM_POLICIES)},
    NETWORK: {"membership": denied(NETWORK)},
    VERSION: {"system": denied(VERSION)},
    PRODUCT: {"system": denied(PRODUCT), "membership": denied(PRODUCT)},
    rf"{CURRENT}\RemoteAssistance": {"mdm": denied(rf"{CURRENT}\RemoteAssistance")},
    r"SOFTWARE\Microsoft\PolicyManager": {"mdm": denied(r"SOFTWARE\Microsoft\PolicyManager")},
}


@pytest.mark.parametrize("path", DENIALS)
def test_a_key_that_is_refused_is_unknown_and_nothing_else_is(path: str) -> None:
    made = host()
    made.registry[rf"{CURRENT}\RemoteAssistance"] = {"Other": 1}
    made.denied = (path,)
    assert dataclasses.replace(MEMBER, **DENIALS[path]) == gathered(made)


def test_a_host_without_reg_exe_knows_its_files() -> None:
    made = host()
    made.denied = ("SOFTWARE", "SYSTEM")
    blind = Unread(why="reg.exe cannot read any key above it either")
    expected = HostFacts.unknown(blind)
    assert dataclasses.replace(expected, rsop=NO_RSOP, feature=True) == gathered(made)


def test_a_folder_that_takes_no_files() -> None:
    made = host()
    made.writable = False
    why = r"the key can be read, and reg.exe cannot export it to C:\Windows\Temp"
    assert dataclasses.replace(MEMBER, applied=Unread(why=why)) == gathered(made)


@pytest.mark.parametrize("call", [0, 1])
def test_a_lost_connection_is_raised(call: int) -> None:
    made = host()
    made.lost_at = call
    with pytest.raises(HostUnreachable, match="gone"):
        gathered(made)


def test_a_shell_that_does_not_understand_makes_all_unknown() -> None:
    made = host()
    made.said = b"what?"
    facts = gathered(made)
    assert isinstance(facts.system, Unread)
    assert facts.system.why.startswith("the shell of the host did not understand the command")
    assert dataclasses.replace(HostFacts.unknown(facts.system), rsop=NO_RSOP) == facts
