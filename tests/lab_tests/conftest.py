# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Fixtures: a running stand-in host and a client on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab import StandInHost
from tests.lab.wine import WineHost, WineMachine, wine_available
from tests.lab_tests.lab_client import Client, psrp_client, winrm_client


@pytest.fixture
def host() -> Iterator[StandInHost]:
    """An open client over http; no test may meet an error of the stand-in itself."""
    with StandInHost(seed="open_client") as running:
        yield running
        assert running.errors == ()


@pytest.fixture(params=[winrm_client, psrp_client], ids=["pywinrm", "pypsrp"])
def client(request: pytest.FixtureRequest, host: StandInHost) -> Iterator[Client]:
    """A client of each library, NTLM with message encryption."""
    made: Client = request.param(host)
    yield made
    made.close()


@pytest.fixture
def one_client(host: StandInHost) -> Iterator[Client]:
    """A client of one library, where the library makes no difference."""
    made = winrm_client(host)
    yield made
    made.close()


@pytest.fixture(scope="session")
def wine_machine() -> Iterator[WineMachine]:
    """A running Wine prefix per worker; the tests that use it clear the registry themselves."""
    _need_wine()
    with WineMachine() as running:
        yield running


@pytest.fixture(scope="session")
def _shared_wine_host() -> Iterator[WineHost]:
    _need_wine()
    with WineHost() as running:
        yield running


@pytest.fixture
def wine_host(_shared_wine_host: WineHost) -> Iterator[WineHost]:
    """A domain member that is reached by ssh; it is shared, but as good as new for each test."""
    _shared_wine_host.reset("domain_member")
    yield _shared_wine_host
    assert _shared_wine_host.errors == ()


def _need_wine() -> None:
    if reason := wine_available():
        pytest.skip(reason)
