# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Stand-in Windows hosts for tests and demonstrations."""

from .behaviour import Behaviour
from .counters import Counters, Journal, JournalEntry
from .script import Script, Trouble, When
from .standin import RegistryView, StandInHost
from .trouble import (
    Answer,
    Delay,
    Drop,
    Fault,
    Garbage,
    Hang,
    HttpStatus,
    Oversized,
    PretendSuccess,
    Return,
    Run,
    WrongRelatesTo,
)

__all__ = [
    "Answer",
    "Behaviour",
    "Counters",
    "Delay",
    "Drop",
    "Fault",
    "Garbage",
    "Hang",
    "HttpStatus",
    "Journal",
    "JournalEntry",
    "Oversized",
    "PretendSuccess",
    "RegistryView",
    "Return",
    "Run",
    "Script",
    "StandInHost",
    "Trouble",
    "When",
    "WrongRelatesTo",
]
