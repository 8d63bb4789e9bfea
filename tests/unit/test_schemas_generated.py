# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published schemas are those that the catalogue makes."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy import (
    baseline_schema,
    result_schemas,
    schema,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports import (
    drift_exceptions,
    drift_schema,
)

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("baseline", baseline_schema.baseline_schema),
        ("declaration", schema.declaration_schema),
        ("role_variables", schema.role_variables_schema),
        ("changes", result_schemas.changes_schema),
        ("drift_report", drift_schema.report_schema),
        ("exceptions", drift_exceptions.exceptions_schema),
        ("host_info", result_schemas.host_info_schema),
        ("domain_gpo_info", result_schemas.domain_gpo_info_schema),
    ],
)
def test_a_published_schema_is_the_one_that_the_catalogue_makes(name: str, made: t.Callable[[], object]) -> None:
    text = (SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")
    assert json.loads(text) == made(), "run make generate"
