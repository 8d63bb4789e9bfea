# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user reads when a host behind ssh cannot do what is asked, and what is left on that host."""

from __future__ import annotations

import re
import time
import typing as t
from dataclasses import dataclass, field

import pytest

from tests.integration.conftest import Finished, Runner
from tests.integration.newest import newest_only
from tests.lab import Trouble
from tests.lab.wine import Answer, Call, Refuse, WhenRun, WineHost

pytestmark = newest_only

MODULE = "winfleet.remote_assistance.host"
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
HELPERS = POLICY + r"\RAUnsolicit"
ALL_OFF = {"solicited": {"state": "disabled"}, "offer": {"state": "disabled"}}
WIDER = {
    "session_logging": {"state": "enabled"},
    "offer": {"state": "enabled", "control": "full_control", "helpers": {"add": ["CORP\\new"]}},
}
BLANKS = r"C:\Program Files\ra temp (x86)"
NO_SPACE = 28


@pytest.fixture
def host(wine: t.Callable[..., WineHost]) -> t.Iterator[WineHost]:
    lent = wine("domain_member", shell="cmd")
    yield lent
    assert lent.errors == ()


def once(does: t.Any, **when: t.Any) -> t.Callable[[WineHost], None]:
    return lambda host: host.script.add(Trouble(when=WhenRun(**when), do=does))


def switch(name: str, value: t.Any) -> t.Callable[[WineHost], None]:
    return lambda host: setattr(host, name, value)


def only_while_importing(name: str, value: t.Any, times: int | None = None) -> t.Callable[[WineHost], None]:
    """Turn a switch just before imports, and back behind each."""

    def arrange(host: WineHost) -> None:
        before = getattr(host, name)
        for what, after in ((value, False), (before, True)):
            does = Call(function=lambda what=what: setattr(host, name, what), after_it=after)
            host.script.add(Trouble(when=WhenRun(line="*reg.exe import*", times=times), do=does))

    return arrange


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is wrong with a host or its inventory, and what its administrator reads."""

    arrange: t.Callable[[WineHost], None] = lambda dummy: None
    wanted: t.Mapping[str, t.Any] = field(default_factory=lambda: ALL_OFF)
    variables: t.Mapping[str, t.Any] = field(default_factory=dict)
    temp_dir: str | None = None
    status: str = "failed"
    words: tuple[str, ...]
    executed: bool = True


CASES = {
    "host key unknown": Case(
        arrange=WineHost.forget_host_key,
        status="unreachable",
        words=("Host key verification failed", "host key"),
        executed=False,
    ),
    "host key changed": Case(
        arrange=WineHost.change_host_key,
        status="unreachable",
        words=("Host key verification failed", "host key"),
        executed=False,
    ),
    "port closed": Case(
        arrange=WineHost.refuse_connections, status="unreachable", words=("Connection refused",), executed=False
    ),
    "wrong user": Case(
        variables={"ansible_user": "nobody-here"}, status="unreachable", words=("Permission denied",), executed=False
    ),
    "shell is not powershell": Case(
        variables={"ansible_shell_type": "powershell"}, words=("ansible_shell_type", "set it to cmd")
    ),
    "shell is one of Unix": Case(
        variables={"ansible_shell_type": "sh"}, words=("ansible_shell_type", "cmd", "powershell"), executed=False
    ),
    "reg.exe denied": Case(arrange=switch("reg_exe", "denied"), words=("reg.exe", "may be run")),
    "reg.exe missing": Case(arrange=switch("reg_exe", "missing"), words=("reg.exe", "may be run")),
    "import refused": Case(
        arrange=only_while_importing("reg_exe", "missing"), words=("could not import", "Administrators")
    ),
    "import refused to an opening": Case(
        arrange=only_while_importing("reg_exe", "missing", times=1),
        wanted=WIDER,
        words=("could not import", "as it was before"),
    ),
    "import pretends to an opening": Case(
        arrange=switch("reg_exe", "import_pretends"), wanted=WIDER, words=("accepted every write", "does not hold")
    ),
    "import pretends": Case(
        arrange=switch("reg_exe", "import_pretends"), words=("accepted every write", "does not hold")
    ),
    "temp folder not writable": Case(
        arrange=switch("temp_writable", False),
        words=("export it to C:\\Windows\\Temp", "may not write", "temp_dir"),
    ),
    "no such temp folder": Case(temp_dir=r"C:\Nowhere", words=("cannot export it to C:\\Nowhere", "temp_dir")),
    "disk full": Case(arrange=switch("max_file_size", 0), words=("disk", "temp_dir")),
    "disk full in the middle of an export": Case(arrange=switch("max_file_size", 700), words=("disk",)),
    "disk full when sending": Case(
        arrange=once(Refuse(error=NO_SPACE), kind="put"), words=("cannot be transferred", "room", "temp_dir")
    ),
    "answer cut off": Case(arrange=once(Answer(stdout=b"RA:start:0\r\n"), line="*reg.exe export*"), words=("cut off",)),
    "no answer": Case(arrange=once(Answer(), line="*reg.exe export*"), words=("did not understand",)),
}


def run_on(run: Runner, host: WineHost, *arguments: str, more: t.Mapping[str, t.Any], **task: t.Any) -> Finished:
    variables = host.inventory_vars("sftp") | {"ansible_ssh_timeout": 5} | more
    play = [{"hosts": "windows", "gather_facts": False, "tasks": [task]}]
    return run(play, run.inventory({"wine01": variables}), *arguments)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_trouble_has_its_clear_message_and_leaves_the_host_as_it_was(run, host, case):
    before = host.registry.dump()
    key = "".join(host.private_key.read_text(encoding="ascii").splitlines()[1:-1])
    case.arrange(host)
    arguments = dict(case.wanted) | ({"temp_dir": case.temp_dir} if case.temp_dir else {})
    finished = run_on(run, host, "-vvvv", more=case.variables, **{MODULE: arguments})
    result = finished.result("wine01")
    assert case.status == finished.status("wine01"), result
    assert [] == [word for word in case.words if word not in result["msg"]], result["msg"]
    assert before == host.registry.dump()
    assert case.executed == bool(host.executions)
    assert key[:60] not in finished.output.replace("\n", "")
    if host.temp_writable:
        assert [] == host.temp_files()
    else:
        host.temp_writable = True


def test_a_host_whose_shell_is_powershell_and_not_cmd_is_named_as_such(run, wine):
    host = wine("domain_member", shell="powershell")
    before = host.registry.dump()
    finished = run_on(run, host, more={"ansible_shell_type": "cmd"}, **{MODULE: ALL_OFF})
    assert "failed" == finished.status("wine01")
    message = finished.result("wine01")["msg"]
    assert [] == [word for word in ("ansible_shell_type is cmd", "set it to powershell") if word not in message]
    assert ([], (), before) == (host.temp_files(), host.errors, host.registry.dump())


def test_a_closing_whose_import_was_refused_once_tries_each_key_alone_and_succeeds(run, host):
    only_while_importing("reg_exe", "missing", times=1)(host)
    finished = run_on(run, host, more={}, **{MODULE: ALL_OFF})
    assert finished.code == 0, finished.output
    assert ("REG_DWORD", 0) == host.registry.get(POLICY, "fAllowUnsolicited")
    assert {HELPERS: {}} == host.registry.dump(HELPERS)
    assert [] == host.temp_files()
    # All at once; then the first of the policies, the helpers, and the other policies.
    assert 4 == len([line for line in host.executions.commands if "import" in line])


@pytest.mark.parametrize("transfer", ["sftp", "scp"])
def test_a_temp_dir_with_blanks_works_by_sftp_and_scp_says_what_is_wrong(run, host, transfer):
    host.machine.run(f'mkdir "{BLANKS}"')
    arguments = ALL_OFF | {"temp_dir": BLANKS}
    finished = run_on(run, host, more={"ansible_ssh_transfer_method": transfer}, **{MODULE: arguments})
    if transfer == "sftp":
        assert finished.code == 0, finished.output
        assert ("REG_DWORD", 0) == host.registry.get(POLICY, "fAllowUnsolicited")
    else:
        assert "must not be scp" in finished.result("wine01")["msg"]
    assert [] == list(host.machine.file(BLANKS).iterdir())
    assert host.temp_files() == []
    assert all(path.startswith(BLANKS) for dummy, path in host.executions.files)


def test_a_temp_dir_that_cannot_be_one_is_an_input_problem_before_anything_is_sent(run, host):
    folders = ["%TEMP%", r"C:\a & b", "C:", r"\\server\share", 'C:\\"x"', "relative", 7]
    tasks = [{MODULE: ALL_OFF | {"temp_dir": folder}, "ignore_errors": True} for folder in folders]
    play = [{"hosts": "windows", "gather_facts": False, "tasks": tasks}]
    finished = run(play, run.inventory({"wine01": host.inventory_vars()}))
    assert len(folders) == len(finished.lines)
    for line, folder in zip(finished.lines, folders, strict=True):
        (problem,) = line["result"]["problems"]
        assert "temp_dir" == problem["path"]
        assert str(folder).replace("\\", "") in problem["value"].replace("\\", "")
    assert () == host.executions


def test_no_two_runs_use_the_same_file_names_and_all_are_gone_at_the_end(run, host):
    names = []
    for dummy in range(2):
        host.reset_counters()
        assert run_on(run, host, "--check", more={}, **{MODULE: ALL_OFF}).code == 0
        names.append({path.rsplit("\\", 1)[1] for dummy, path in host.executions.files})
        assert [] == host.temp_files()
    assert all(names)
    assert not names[0] & names[1]
    tokens = [re.fullmatch(r"ra_([0-9a-f]{16})_[0-9]+\.reg", name) for name in names[0] | names[1]]
    assert 2 == len({token[1] for token in tokens if token})


def test_500_helpers_are_one_import_and_their_removal_another(run, host):
    names = [f"CORP\\Helfer {number:03} – 日本" for number in range(500)]
    wanted = {"offer": {"state": "enabled", "control": "view_only", "helpers": {"set": names}}}
    for task, expected in ((wanted, names), (ALL_OFF, [])):
        host.reset_counters()
        finished = run_on(run, host, more={}, **{MODULE: task})
        assert finished.code == 0, finished.output
        assert sorted(expected) == sorted(host.registry.dump(HELPERS)[HELPERS])
        assert 1 == len([line for line in host.executions.commands if "import" in line])
        assert [] == host.temp_files()


@pytest.mark.parametrize(("wanted", "undone"), [(WIDER, True), (ALL_OFF, False)], ids=["opening", "closing"])
def test_a_run_that_ansible_breaks_off_undoes_an_opening_and_keeps_a_closing(run, host, wanted, undone):
    before = host.registry.dump()
    # A busy machine must have come to the import before the time is over.
    host.script.add(
        Trouble(when=WhenRun(line="*reg.exe import*"), do=Call(function=lambda: time.sleep(17), after_it=True))
    )
    finished = run_on(run, host, more={}, timeout=15, **{MODULE: wanted | {"conflicts": "ignore"}})
    assert finished.code != 0
    assert "broken off" in finished.output
    assert [] == host.temp_files()
    if undone:
        assert before == host.registry.dump()
        assert "Taken back: " in " ".join(finished.output.split())
    else:
        assert ("REG_DWORD", 0) == host.registry.get(POLICY, "fAllowUnsolicited")
        assert {HELPERS: {}} == host.registry.dump(HELPERS)
