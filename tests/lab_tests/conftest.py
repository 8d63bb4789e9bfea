# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Fixtures: a running stand-in host and a client on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab import StandInHost
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
