# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The fleet of the benchmark: hosts in few processes, shells that answer at once, a report in its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from winrm.protocol import Protocol

from tests.benchmarks.fleet.capacity import plan_text
from tests.benchmarks.fleet.fleet import Fleet, addresses
from tests.benchmarks.fleet.jobs import jobs
from tests.benchmarks.fleet.measure import Run
from tests.benchmarks.fleet.plan import Sample, Session
from tests.benchmarks.fleet.report import put, whole
from tests.benchmarks.fleet.tables import Figures
from tests.benchmarks.fleet.where import PARTS, parts_of

POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"


@pytest.fixture(scope="module")
def fleet():
    with Fleet(3) as fleet:
        yield fleet
        assert fleet.errors() == []


def protocol(fleet: Fleet, name: str) -> Protocol:
    ((user, password),) = fleet._users.items()
    address = f"http://{fleet.names[name]}:5985/wsman"
    return Protocol(address, transport="ntlm", username=user, password=password, message_encryption="always")


def test_five_thousand_hosts_have_five_thousand_addresses():
    found = addresses(5000, 99)
    assert len(set(found)) == 5000
    assert {"127.99"} == {address.rpartition(".")[0].rpartition(".")[0] for address in found}
    assert all(0 < int(number) < 255 for address in found for number in address.split(".")[2:])


def test_each_host_has_a_registry_of_its_own(fleet):
    fleet.load("compliant_server")
    fleet.put({"host00001": (POLICY, "fAllowUnsolicited", "REG_DWORD", 1)})
    found = {name: held["registry"][POLICY]["fAllowUnsolicited"] for name, held in fleet.registries().items()}
    zero, one = ({"type": "REG_DWORD", "data": number} for number in (0, 1))
    assert {"host00000": zero, "host00001": one, "host00002": zero} == found


def test_a_command_in_a_shell_has_ended_at_once_with_a_result_that_changed_nothing(fleet):
    fleet.load("compliant_server")
    host = protocol(fleet, "host00002")
    shell = host.open_shell()
    command = host.run_command(shell, "powershell", ("-",))
    output, errors, code = host.get_command_output(shell, command)
    host.cleanup_command(shell, command)
    host.close_shell(shell)
    assert (b'{"changed": false, "data_changed": false, "data_type_changed": false}\r\n', b"", 0) == (
        output,
        errors,
        code,
    )
    counted = fleet.counters()
    assert (1, 1, 1) == tuple(counted[name] for name in ("shells_opened", "commands", "shells_closed"))
    assert counted["encrypted_messages"] == counted["soap_messages"]


def test_a_host_that_refuses_logons_is_healthy_again_after_the_next_load(fleet):
    fleet.load("compliant_server")
    fleet.sicken({"host00000": "refuses_logons"})
    with pytest.raises(Exception, match="credentials"):
        protocol(fleet, "host00000").open_shell()
    fleet.load("compliant_server")
    assert protocol(fleet, "host00000").open_shell()


def test_the_loop_covers_every_value_once():
    (looped,) = [job for job in jobs() if job.letter == "e"]
    values = looped.plays[1]["tasks"][0]["loop"]
    assert len({(value["path"], value["name"]) for value in values}) == len(values) == 19


def session() -> Session:
    found = Session()
    for number, job in enumerate(jobs(), start=1):
        for hosts in (10, 100):
            run = Run(
                code=0,
                wall=hosts * number,
                cpu=2.0 + hosts * number,
                main_memory=10**8,
                tree_memory=2 * 10**8,
                output="",
            )
            found.samples[job.letter, hosts] = [
                Sample(
                    run=run,
                    hosts=hosts,
                    requests=number,
                    connections=1,
                    bytes_sent=10.0**number,
                    bytes_received=0,
                    shells=0,
                    server_cpu=0.001,
                )
            ]
        found.paces |= {(job.letter, 0.0): (1.0, number), (job.letter, 0.05): (1.0 + number, number)}
    return found


def test_the_parts_of_a_run_add_up_and_none_counts_twice():
    spent = {"action": 30.0, "exchange": 24.0, "opening": 2.0, "logon": 10.0, "messages": 20.0}
    worker = {"spent": spent, "end": 50.0}
    found = parts_of([worker, worker, {"main": 40.0}], whole=180.0)
    assert [20e3, 20e3, 6e3, 2e3, 10e3, 10e3, 2e3, 20e3] == list(found.values())
    assert list(PARTS) == list(found)


def test_cpu_is_the_slope_without_the_start():
    figures = Figures(session())
    assert {"a": 1000.0, "b": 2000.0, "e": 5000.0} == {letter: figures.cpu(letter) for letter in "abe"}
    assert figures.largest() == 100


def test_the_report_says_which_aims_are_reached_and_that_two_jobs_are_lower_bounds():
    text = whole(Figures(session()))
    assert "| CPU of a check / a task that does nothing, at most | 1.50 | 2.00 | **no** |" in text
    assert "| requests of a check, at most | 12 | 2 | yes |" in text
    assert "| times fewer bytes than (d) | 50 | 100 | yes |" in text
    assert "PowerShell's own start and work on the host" in text


def test_the_plan_divides_the_hosts_by_what_a_node_does_in_the_window():
    # A check costs 202 s of CPU for 100 hosts: 70 % of 2 processors do 0.693 hosts in a second, 4,990 in two hours, so
    # that 21 nodes have 4,762 each. 200 s with 5 forks are 10 s in a fork, three round trips more, for 0.693 hosts in a
    # second. The workers have 20 MB each.
    text = plan_text(Figures(session()), processors=2)
    assert "| check (`drift`, `--check`) | 100 | 2020 | 0.7 | 21 | 115 | 8 | 260 | 15 | 0.0 |" in text


def test_a_report_takes_the_place_of_the_last_one_and_nothing_else(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text(
        "before\n<!-- bench-fleet x: begin -->\nold\n<!-- bench-fleet x: end -->\nafter\n", encoding="utf-8"
    )
    put(page, "x", "new")
    put(page, "x", "newer")
    expected = "before\n<!-- bench-fleet x: begin -->\n\nnewer\n\n<!-- bench-fleet x: end -->\nafter\n"
    assert expected == page.read_text(encoding="utf-8")


def test_a_page_without_a_place_for_the_report_is_an_error(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("nothing\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no markers"):
        put(page, "x", "new")
