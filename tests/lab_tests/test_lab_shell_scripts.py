# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Which PowerShell scripts the stand-in knows, by scripts of the same structure; everything else is refused."""

from __future__ import annotations

import pytest

from tests.lab.shells.scripts import Manifest, Order, is_wrapper, psrp_step, read_manifest, winrm_order
from tests.lab_tests.transfer_scripts import NEW_GET, NEW_PUT, OLD_GET, OLD_PSRP, OLD_PUT, WRAPPER, manifest, script


def test_scripts_of_the_older_winrm_plugin_name_the_file() -> None:
    assert Order(task="put", path="C:\\it's\u2019 here") == winrm_order(script(OLD_PUT))
    assert Order(task="get", path="C:\\here", offset=1048576, size=524288) == winrm_order(script(OLD_GET))


@pytest.mark.parametrize("step", OLD_PSRP)
def test_scripts_of_the_older_psrp_plugin_are_steps(step: str) -> None:
    assert step == psrp_step(script(OLD_PSRP[step]))


def test_the_newer_generation_has_its_script_on_the_input_of_a_wrapper() -> None:
    assert is_wrapper(script(WRAPPER))
    assert Manifest(order=Order(task="put", path="C:\\x"), lines=("YQ==", "\0\0\0\0")) == read_manifest(
        manifest(NEW_PUT, "YQ==", "\0\0\0\0", Path="C:\\x")
    )
    assert Order(task="get", path="C:\\x", offset=5, size=7) == (
        read_manifest(manifest(NEW_GET, Path="C:\\x", BufferSize=7, Offset=5)).order
    )
    assert Order(task="get", path="C:\\x", offset=None, size=7) == (
        read_manifest(manifest(NEW_GET, Path="C:\\x", BufferSize=7)).order
    )


def test_a_script_that_lacks_a_part_is_another_one() -> None:
    for fragments in (OLD_PUT, OLD_GET):
        assert [None] * len(fragments) == [winrm_order(script(fragments, at)) for at in range(len(fragments))]
    for fragments in OLD_PSRP.values():
        assert [None] * len(fragments) == [psrp_step(script(fragments, at)) for at in range(len(fragments))]
    assert [False] * len(WRAPPER) == [is_wrapper(script(WRAPPER, at)) for at in range(len(WRAPPER))]
    for fragments in (NEW_PUT, NEW_GET):
        orders = [
            read_manifest(manifest(fragments, without=at, Path="C:\\x", BufferSize=1, Offset=0)).order
            for at in range(len(fragments))
        ]
        assert [None] * len(fragments) == orders


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["no json"],
        ["{}", "\0\0\0\0", "no json"],
        ["{}", "\0\0\0\0", "[]"],
        ["{}", "\0\0\0\0", '{"actions": []}'],
        ["{}", "\0\0\0\0", '{"actions": [{"name": "x", "params": {}}], "scripts": {}}'],
        manifest(NEW_GET, Path="C:\\x"),
    ],
)
def test_input_that_is_no_manifest_asks_for_nothing(lines: list[str]) -> None:
    assert read_manifest(lines).order is None
