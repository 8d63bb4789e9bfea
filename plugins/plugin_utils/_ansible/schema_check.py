# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published schemas, checked at run time with jsonschema.

The pure validator is complete by itself; the schema is the contract that is published, and what it refuses is
refused here too, whatever the validator says.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from .._registry.errors import InputError, Problem, UnsupportedConnection

try:
    import jsonschema
except ImportError:
    jsonschema = None

SCHEMAS: t.Final = Path(__file__).resolve().parents[3] / "schemas"


class SchemaCheck:
    """One schema of this collection, compiled; make it at import of an action, in the parent of all workers."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._validator: t.Any = None
        if jsonschema is not None:
            schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
            self._validator = jsonschema.Draft202012Validator(schema)
            # The first use builds what every later one needs.
            next(self._validator.iter_errors({}), None)

    def check(self, data: object) -> None:
        """Refuse data that the schema refuses.

        Args:
            data: Plain types; null entries are to be removed before.

        Raises:
            InputError: With every error of the schema.
            UnsupportedConnection: The library jsonschema is not there.
        """
        if self._validator is None:
            raise UnsupportedConnection(
                "the Python library jsonschema is not installed on the control node, in the environment of "
                "ansible-core: python3 -m pip install jsonschema"
            )
        problems = [
            Problem(path=error.json_path.removeprefix("$.") or self._name, expected=error.message)
            for error in self._validator.iter_errors(data)
        ]
        if problems:
            raise InputError(problems)
