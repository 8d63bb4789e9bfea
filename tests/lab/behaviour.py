# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Switches for what is documented in two ways, or configurable on Windows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class Behaviour:
    r"""How one stand-in host behaves; the defaults are what the sources call normal.

    Attributes:
        value_absent: ReturnValue of Get* for an absent value: 1 (three programs agree) or 2.
        null_arrays: How an array without items is written: not at all (Windows) or as xsi:nil.
        omi_naming: Name the output element ``{Method}`` and write ReturnValue first, as OMI does.
        namespace_case: Letter case of the resource URI in answers.
        allow_unencrypted: Service\AllowUnencrypted: take plain messages over http.
        basic: Service\Auth\Basic: offer and accept Basic.
        schemes: The Windows schemes that a 401 offers.
        channel_binding: Service\CbtHardeningLevel: check the TLS channel binding of NTLM never,
            where the client sends one, or always.
        idle_timeout: Seconds after which an idle connection is dropped (about 2 minutes).
        max_envelope_kb: MaxEnvelopeSizekb: a larger request is a 413, a larger answer a fault.
        max_shells: MaxShellsPerUser: one more is a fault.
        winrs_quotes: Whether the line of a remote shell's command stands in quotes behind ``cmd.exe /C``; no public
            recording shows it. Without them (confidence: low) cmd.exe takes the first and the last quote away from a
            line that begins with one: only lines that begin otherwise mean the same either way.
    """

    value_absent: Literal[1, 2] = 1
    null_arrays: Literal["absent", "nil"] = "absent"
    omi_naming: bool = False
    namespace_case: Literal["request", "lower", "upper"] = "request"
    allow_unencrypted: bool = False
    basic: bool = False
    schemes: tuple[Literal["Negotiate", "NTLM"], ...] = ("Negotiate", "NTLM")
    channel_binding: Literal["none", "relaxed", "strict"] = "relaxed"
    idle_timeout: float = 120.0
    max_envelope_kb: int = 500
    max_shells: int = 30
    winrs_quotes: bool = False
