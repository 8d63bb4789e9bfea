# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks over ssh, judged by Wine's registry, beside the same runs over winrm: the results must be the same."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass, field

import pytest

from tests.integration.conftest import Finished, Runner
from tests.lab import StandInHost
from tests.lab.wine import WineHost

POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
HELPERS = POLICY + r"\RAUnsolicit"
PREFERENCE = r"HKLM\SYSTEM\CurrentControlSet\Control\Remote Assistance"
# Keys of every Windows, empty in the stand-in host, full in Wine.
WINES_OWN = {
    "HKLM",
    r"HKLM\SOFTWARE",
    r"HKLM\SYSTEM",
    r"HKLM\SYSTEM\CurrentControlSet",
    r"HKLM\SYSTEM\CurrentControlSet\Control",
}
OFF = ("REG_DWORD", 0)
ON = ("REG_DWORD", 1)
WITHOUT_WHAT_WINE_LACKS: dict[str, t.Any] = {
    "remote_assistance_conflicts": "ignore",
    "remote_assistance_sync_helpers": False,
    "remote_assistance_firewall": "unmanaged",
}
# The nightly run asks for all that Windows is translated into.
LOCALES = os.environ.get("WINFLEET_LOCALES", "ja_JP.UTF-8 de_DE.UTF-8").split()
OUTCOME = ("changed", "changes", "notes", "warnings", "diff")

NASTY = [
    "%PATH%",
    "CORP\\%USERNAME%%%a",
    "CORP\\a^b&c|d<e>f",
    "CORP\\\"quoted\" 'x' `y`",
    "CORP\\]x[ (y)",
    "CORP  \\two  blanks",
    "CORP\\hex(7):00,=-@;!x!",
    "CORP\\日本語",
    "CORP\\😀",
    "CORP\\Straße",
    "@",
    "[-HKEY_LOCAL_MACHINE\\SOFTWARE]",
]
TEXT = "Erste Zeile\r\nZweite <Zeile> & \"Ende\" %PATH%\\\t'x' – 你好 😀"
ENFORCED = {
    "remote_assistance_warning_messages": {"state": "enabled", "view_message": TEXT, "control_message": " x "},
    "remote_assistance_bandwidth_optimization": {"state": "enabled", "level": "turn_off_background"},
    "remote_assistance_session_logging": {"state": "disabled"},
    "remote_assistance_offer": {"helpers": {"add": ["CORP\\new"], "remove": ["corp\\HELPDESK"]}},
    "remote_assistance_control_panel": {"ticket_lifetime": "12", "ticket_lifetime_unit": "days"},
}


@dataclass(frozen=True, kw_only=True)
class Twins:
    """Two hosts with the same content: Wine by ssh, and the stand-in host by winrm.

    Attributes:
        transfer: Ansible's transfer method.
        variables: Further variables of the host behind ssh.
    """

    ssh: WineHost
    winrm: StandInHost
    run: Runner
    transfer: t.Any = "smart"
    variables: dict[str, t.Any] = field(default_factory=dict)

    def __call__(self, playbook: str, *arguments: str, **group_vars: t.Any) -> tuple[dict[str, t.Any], Finished]:
        """Run a playbook on both; check that all is the same, and return the result of the one behind ssh."""
        # Wine has no GPOs, scheduled tasks or firewall rules, so what a run finds of them is not the same on both.
        group_vars = WITHOUT_WHAT_WINE_LACKS | group_vars
        hosts = {"ssh": self.ssh.inventory_vars(self.transfer) | self.variables, "winrm": self.winrm.inventory_vars()}
        finished = self.run(playbook, self.run.inventory(hosts, **group_vars), *arguments)
        assert finished.code == 0, finished.output
        assert (self.ssh.temp_files(), self.ssh.errors) == ([], ())
        results = {name: finished.result(name) for name in hosts}
        assert ["reg_exe", "wsman"] == [result.pop("channel") for result in results.values()]
        assert self.told(results["winrm"]) == self.told(results["ssh"])
        stand_in = {
            key: values
            for key, values in self.winrm.registry.dump().items()
            # There the stand-in keeps what Windows notes of itself and of its policies.
            if key not in WINES_OWN and not (key + "\\").startswith("HKLM\\SOFTWARE\\Microsoft\\")
        }
        assert stand_in == self.ssh.registry.dump()
        return results["ssh"], finished

    @staticmethod
    def told(result: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """Return what a result says, without the name of its host."""
        diff = {side: result.get("diff", {}).get(side) for side in ("before", "after")}
        return {name: result[name] for name in OUTCOME if name in result} | {"diff": diff}


@pytest.fixture
def twins(run: Runner, wine: t.Callable[..., WineHost]) -> t.Iterator[t.Callable[..., Twins]]:
    """Make twins with a seed and the settings of a Wine host."""
    hosts: list[StandInHost] = []

    def make(seed: str, transfer: str = "smart", **settings: t.Any) -> Twins:
        hosts.append(StandInHost(seed=seed, name="twin01"))
        hosts[-1].start()
        settings = {"shell": "cmd"} | settings
        return Twins(ssh=wine(seed, **settings), winrm=hosts[-1], run=run, transfer=transfer)

    yield make
    for host in hosts:
        host.stop()
        assert host.errors == ()


CASES: dict[str, tuple[str, str, dict[str, t.Any]]] = {
    "disable an open client": ("disable_ra", "open_client", {}),
    "disable a domain member": ("disable_ra", "domain_member", {}),
    "enable nasty helpers": (
        "enable_ra",
        "open_client",
        {"remote_assistance_helpers": NASTY, "remote_assistance_control": "full_control"},
    ),
    "replace the helpers": ("enable_ra", "domain_member", {"remote_assistance_helpers": NASTY[:3]}),
    "enforce on an open client": ("enforce", "open_client", ENFORCED),
    "enforce on a domain member": ("enforce", "domain_member", ENFORCED),
    "unconfigure a domain member": ("unconfigure_ra", "domain_member", {}),
}


@pytest.mark.parametrize(("playbook", "seed", "group_vars"), CASES.values(), ids=CASES)
def test_check_run_and_second_run_are_those_of_winrm_and_leave_the_same_registry(twins, playbook, seed, group_vars):
    both = twins(seed)
    before = both.ssh.registry.dump()
    checked, dummy = both(playbook, "--check", "--diff", **group_vars)
    assert before == both.ssh.registry.dump()
    assert not [line for line in both.ssh.executions.commands if "import" in line]
    done, dummy = both(playbook, "--diff", **group_vars)
    assert {name: value for name, value in checked.items() if name != "audited"} == done
    assert done["changes"]
    assert before != both.ssh.registry.dump()
    again, dummy = both(playbook, **group_vars)
    assert (False, []) == (again["changed"], again["changes"])


def test_all_is_off_in_wines_own_eyes_and_strangers_are_untouched(twins):
    both = twins("domain_member")
    before = both.ssh.registry.dump()
    both("disable_ra")
    now = both.ssh.registry.dump()
    assert {OFF} == {now[POLICY][name] for name in ("fAllowToGetHelp", "fAllowUnsolicited")}
    assert OFF == now[PREFERENCE]["fAllowToGetHelp"]
    assert {} == now[HELPERS]
    managed = {"fAllowToGetHelp", "fAllowUnsolicited", "fAllowUnsolicitedFullControl", "fAllowFullControl"}
    managed |= {"MaxTicketExpiry", "MaxTicketExpiryUnits", "fUseMailto"}
    strangers = {key: {name: v for name, v in of.items() if name not in managed} for key, of in before.items()}
    strangers.pop(HELPERS)
    assert any(strangers.values())
    assert strangers == {key: {n: v for n, v in now[key].items() if n not in managed} for key in strangers}


def without_sources(answers: t.Mapping[str, t.Mapping[str, t.Any]]) -> dict[str, dict[str, t.Any]]:
    return {subject: {part: answer[part] for part in answer if part != "source"} for subject, answer in answers.items()}


def same_report(finished: Finished) -> None:
    """Check that both hosts are told to be the same, but for who decided: over ssh there is no log of policies."""
    reports = [finished.result(name, "Read what") for name in ("winrm", "ssh")]
    published = ("policies", "control_panel", "helpers")
    winrm, ssh = ({name: report[name] for name in published} for report in reports)
    assert winrm == ssh
    winrm, ssh = (without_sources(report["effective"]) for report in reports)
    assert winrm == ssh
    assert [None, "RSoP is not readable over ssh"] == [report["unknown"].get("rsop") for report in reports]
    table = finished.result("ssh", "Show the table")["table"]
    invitations, decided, offers = (table[0].index(title) for title in ("INVITATIONS", "DECIDED BY", "OFFERS"))
    rows = [line for line in table if line.split()[:1] in (["ssh"], ["winrm"])]
    assert 2 == len(rows), table
    assert 1 == len({(line[invitations:decided], line[offers:]) for line in rows}), table


def report_of(run: Runner, both: Twins) -> Finished:
    hosts = {"ssh": both.ssh.inventory_vars(), "winrm": both.winrm.inventory_vars()}
    before = both.ssh.registry.dump()
    finished = run("report", run.inventory(hosts))
    assert finished.code == 0, finished.output
    assert before == both.ssh.registry.dump()
    assert [] == both.ssh.temp_files()
    return finished


@pytest.mark.parametrize("locale", LOCALES)
def test_a_host_that_speaks_another_language_gives_the_same_results(run, twins, locale):
    both = twins("open_client", locale=locale)
    enabled, dummy = both("enable_ra", "--diff", remote_assistance_helpers=NASTY)
    assert enabled["changes"]
    assert {name: ("REG_SZ", name) for name in NASTY} == both.ssh.registry.dump(HELPERS)[HELPERS]
    same_report(report_of(run, both))
    disabled, dummy = both("disable_ra", "--diff")
    assert disabled["changes"]
    assert {HELPERS: {}} == both.ssh.registry.dump(HELPERS)


def test_a_host_whose_shell_is_powershell_gives_the_same_results(run, twins):
    both = twins("domain_member", shell="powershell")
    enabled, dummy = both("enable_ra", "--diff", remote_assistance_helpers=NASTY)
    assert enabled["changes"]
    same_report(report_of(run, both))
    assert all(line.startswith("cmd /c '") for line in both.ssh.executions.commands)


@pytest.mark.parametrize(
    ("transfer", "more", "kinds"),
    [
        ("sftp", {}, {"exec", "sftp"}),
        # scp speaks SFTP since OpenSSH 9.0, and only with -O its own protocol.
        ("scp", {}, {"exec", "sftp"}),
        ("scp", {"ansible_scp_extra_args": "-O"}, {"exec", "scp"}),
    ],
    ids=["sftp", "scp", "scp -O"],
)
def test_each_transfer_method_gives_the_same_results(twins, transfer, more, kinds):
    both = twins("domain_member", transfer=transfer)
    both.variables.update(more)
    # -vvv names the programs that Ansible runs.
    done, finished = both("enable_ra", "-vvv", remote_assistance_helpers=NASTY)
    assert done["changes"]
    assert kinds == {entry.kind for entry in both.ssh.executions.channels}
    assert {"sftp": "EXEC sftp", "scp": "EXEC scp"}[transfer] in finished.output
    assert {"sftp": "EXEC scp", "scp": "EXEC sftp"}[transfer] not in finished.output


def test_reading_and_writing_take_the_fewest_round_trips(twins):
    both = twins("domain_member", transfer="sftp")
    costs = {}
    for title, arguments in {"check": ["--check"], "run": [], "compliant": ["--check"]}.items():
        both.ssh.reset_counters()
        both("disable_ra", *arguments)
        figures = both.ssh.counters
        costs[title] = (figures.commands, figures.sftp_sessions, figures.connections)
    # Lines: export; remove the export. A run: export; remove it and import; export; remove. Transfers: one for each
    # export, and one for the import.
    assert {"check": (2, 1, 1), "run": (4, 3, 1), "compliant": (2, 1, 1)} == costs
