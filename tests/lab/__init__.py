# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Stand-in Windows hosts for tests and demonstrations."""

from .behaviour import Behaviour
from .counters import Counters, FileEntry, Journal, JournalEntry, ShellEntry, WmiEntry
from .registry_view import RegistryView
from .script import Script, Trouble, When
from .standin import StandInHost
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
from .wmi import Windows

__all__ = [
    "Answer",
    "Behaviour",
    "Counters",
    "Delay",
    "Drop",
    "Fault",
    "FileEntry",
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
    "ShellEntry",
    "StandInHost",
    "Trouble",
    "When",
    "Windows",
    "WmiEntry",
    "WrongRelatesTo",
]
