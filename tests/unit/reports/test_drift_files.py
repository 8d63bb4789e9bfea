# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of a report get into a folder all together, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import InputError
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports import drift_files
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports.drift_facade import (
    FORMATS,
    JSON_FILE,
    from_json,
    progress,
    read_report,
    render,
    report_of,
    summary,
    write,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.reports.fleet import NOW, change, clean, drifted, report

NAMES = ["drift.json", "drift.html", "drift.junit.xml", "drift.csv", "drift.sarif", "drift.prom"]


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_format_has_a_file_with_a_fixed_name() -> None:
    assert NAMES == list(render(report()))
    assert ["drift.json", "drift.csv"] == list(render(report(), ("csv", "json")))
    assert len(FORMATS) == len(NAMES)


def test_unknown_formats_are_named_with_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        render(report(), ["jsn", "json", "pdf"])
    assert [("'jsn'", "json"), ("'pdf'", "")] == [(each.value, each.nearest) for each in caught.value.problems]


def test_the_folder_is_made_and_holds_nothing_else(tmp_path: Path) -> None:
    written = write(tmp_path / "a" / "b", render(report()))
    assert [tmp_path / "a" / "b" / name for name in NAMES] == written
    assert render(report()) == content(tmp_path / "a" / "b")
    assert sorted(NAMES) == sorted(path.name for path in (tmp_path / "a" / "b").iterdir())


def test_what_was_there_is_replaced(tmp_path: Path) -> None:
    write(tmp_path, {"drift.json": b"old", "drift.csv": b"old"})
    write(tmp_path, {"drift.json": b"new"})
    assert {"drift.json": b"new", "drift.csv": b"old"} == content(tmp_path)


@pytest.mark.parametrize("failing", range(3))
def test_if_one_file_fails_all_are_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int) -> None:
    write(tmp_path, {"drift.json": b"old", "drift.csv": b"old"})
    before = content(tmp_path)
    replace, calls = Path.replace, iter(range(99))

    def fails_once(self: Path, target: Path) -> Path:
        if next(calls) == failing:
            raise OSError(28, "No space left on device", str(target))
        return replace(self, target)

    monkeypatch.setattr(drift_files.Path, "replace", fails_once)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path, {"drift.json": b"new", "drift.html": b"new", "drift.csv": b"new"})
    assert before == content(tmp_path)


def test_a_folder_that_is_a_file_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(OSError, match="taken"):
        write(tmp_path / "taken", {"drift.json": b""})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_one_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError):
        write(tmp_path, {"drift.json": b""})


def test_the_report_of_a_folder_is_read_again(tmp_path: Path) -> None:
    assert None is read_report(tmp_path / JSON_FILE)
    write(tmp_path, render(report(), ["json"]))
    assert report() == from_json(read_report(tmp_path / JSON_FILE))


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"version": 99}', b"\xff\xfe", b"[" * 100_000])
def test_a_file_that_is_no_report_is_named(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "x.json").write_bytes(text)
    with pytest.raises(InputError, match=r"x\.json: expected a drift report"):
        read_report(tmp_path / "x.json")


def test_the_summary_is_read_in_ten_seconds() -> None:
    assert [
        "Remote Assistance: 3 hosts drifted, 3 gave no answer (unreachable). 9 hosts: 3 clean, 3 drift, 2 failed, "
        "1 unreachable",
        "  9 deviations: 6 high, 8 new, 1 still there",
        "  not counted: 1 gone, 3 accepted",
        "  most often: solicited.state (3 hosts), control_panel.invitations (2 hosts), offer.helpers (1 host), "
        "offer.state (1 host), solicited.control (1 host) and 1 more",
        "  drift: client02, client03, legacy01",
        "  failed: client06, never01",
        "  unreachable: client05",
        "  1 exception expired, 1 deviation counted again because of it",
        "  drift-reports/drift.html",
    ] == summary(report(), ["drift-reports/drift.html"]).splitlines()


@pytest.mark.parametrize(
    ("results", "lines"),
    [
        ({}, ["No host was checked (failed). 0 hosts: 0 clean, 0 drift, 0 failed, 0 unreachable"]),
        ({"a": clean()}, ["No drift (clean). 1 host: 1 clean, 0 drift, 0 failed, 0 unreachable"]),
        (
            {"a": {"unreachable": True, "msg": "x"}, "b": clean()},
            [
                "No drift found, 1 gave no answer (unreachable). 2 hosts: 1 clean, 0 drift, 0 failed, 1 unreachable",
                "  unreachable: a",
            ],
        ),
        (
            {f"h{number}": drifted(change("offer.state", "enabled", "disabled")) for number in range(8)},
            [
                "8 hosts drifted (drift). 8 hosts: 0 clean, 8 drift, 0 failed, 0 unreachable",
                "  8 deviations: 8 high, 8 new, 0 still there",
                "  most often: offer.state (8 hosts)",
                "  drift: h0, h1, h2, h3, h4 and 3 more",
            ],
        ),
    ],
)
def test_the_summary_says_no_more_than_there_is(results: dict[str, object], lines: list[str]) -> None:
    assert "Remote Assistance: " + "\n".join(lines) == summary(report_of(results, now=NOW))


def test_progress_is_one_line() -> None:
    assert "Remote Assistance: 1,250 of 5,000 hosts (25 %), 3 drifted, 1 gave no answer" == progress(1250, 5000, 3, 1)
    assert "Remote Assistance: 0 of 0 hosts (100 %), 0 drifted, 0 gave no answer" == progress(0, 0, 0, 0)
