# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The WMI of one host behind its WS-Management service."""

from __future__ import annotations

from ..behaviour import Behaviour
from ..counters import Recorder, WmiEntry
from ..soap import Request
from ..wsman_fault import ENUMERATION
from .enumerations import Enumerations, place_of
from .methods import invoke, returned
from .state import Windows


class Wmi:
    """Answers enumerations and method calls.

    Args:
        windows: The host's state.
        behaviour: The host's switches.
        recorder: Where to journal.
    """

    def __init__(self, windows: Windows, behaviour: Behaviour, recorder: Recorder) -> None:
        self.windows = windows
        self._behaviour = behaviour
        self._recorder = recorder
        self._enumerations = Enumerations(windows, self._largest)

    @property
    def open_enumerations(self) -> int:
        """How many enumerations have neither ended nor been released."""
        return self._enumerations.open

    def about(self, request: Request) -> tuple[str, str]:
        """Return the last part of a message's action, and namespace and class that it is about."""
        verb = request.action.rpartition("/")[2]
        if not request.action.startswith(f"{ENUMERATION}/"):
            return verb, place_of(request)
        with self.windows.lock:
            return verb, self._enumerations.resource_of(request)

    def perform(self, request: Request, user: str) -> str:
        """Return the content of the answer's body.

        Raises:
            FaultError: The message is refused.
        """
        with self.windows.lock:
            verb, resource = self.about(request)
            query = self._enumerations.query_of(request)
            self._recorder.asked(WmiEntry(method=verb, resource=resource, query=query, user=user))
            if request.action.startswith(f"{ENUMERATION}/"):
                return self._enumerations.perform(request, user)
            return invoke(self.windows, request)

    def returned(self, request: Request, code: int) -> str | None:
        """Return an output that holds nothing but a return value, or None where no method is called."""
        return returned(request, code)

    def _largest(self, request: Request) -> int:
        limit = self._behaviour.max_envelope_kb * 1024
        return min(limit, request.max_envelope_size) if request.max_envelope_size else limit
