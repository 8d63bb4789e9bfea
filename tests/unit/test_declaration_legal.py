# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users may write in a declaration beside the plain words: text for numbers, Ansible's words, largest sizes."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import (
    from_mapping,
    problems,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import declarations
from hypothesis import given


def helpers(**lists: t.Any) -> dict[str, t.Any]:
    return {"offer": {"helpers": lists}}


def solicited(**options: t.Any) -> dict[str, t.Any]:
    return {"solicited": {"state": "enabled", "control": "view_only"} | options}


@pytest.mark.parametrize(("number", "meant"), [("1", 1), ("6", 6), ("99", 99), (1, 1), (99, 99)])
def test_a_number_as_text_is_a_number(number: object, meant: int) -> None:
    found = from_mapping(solicited(ticket_lifetime=number, ticket_lifetime_unit="hours"))
    assert meant == found.policies["solicited"].options["ticket_lifetime"]


@pytest.mark.parametrize("word", ["true", "True", "YES", "on", "y", "t", "1", 1, True])
def test_ansible_words_for_true_are_true(word: object) -> None:
    assert from_mapping({"control_panel": {"invitations": word}}).control_panel["invitations"] is True


@pytest.mark.parametrize("word", ["false", "FALSE", "No", "off", "n", "f", "0", 0, False])
def test_ansible_words_for_false_are_false(word: object) -> None:
    assert from_mapping({"control_panel": {"invitations": word}}).control_panel["invitations"] is False


def test_a_thousand_helpers_are_legal() -> None:
    names = [f"CORP\\user{number:04}" for number in range(1000)]
    found = from_mapping(helpers(set=names)).policies["offer"].helpers
    assert found is not None
    assert tuple(name for name in names) == found.exact


def test_a_name_of_256_utf16_units_is_legal_also_with_astral_characters() -> None:
    assert () == problems(helpers(set=["\U0001f600" * 128]))
    assert ["offer.helpers.set[0]"] == [p.path for p in problems(helpers(set=["\U0001f600" * 128 + "a"]))]


def test_a_message_of_32766_utf16_units_is_legal() -> None:
    assert () == problems({"warning_messages": {"view_message": "\U0001f600" * 16383}})
    assert () == problems({"warning_messages": {"view_message": "Tab\t, line\r\nend"}})


def test_only_doubtful_forms_of_names_are_cautioned() -> None:
    names = ["CORP\\a", "bob@corp.example", "Administrators", "S-1-5-32-544", "x\\", "\\y"]
    (caution,) = from_mapping(helpers(set=names)).cautions()
    shown = "Administrators, bob@corp.example, S-1-5-32-544 and 2 more"
    assert f"offer.helpers: only DOMAIN\\name is documented to work, not this form: {shown}" == caution
    assert () == from_mapping(helpers(add=["CORP\\a"], remove=["bare"])).cautions()
    assert () == from_mapping({"offer": {"state": "disabled"}}).cautions()


@given(declarations())
def test_every_legal_declaration_is_accepted(raw: dict[str, t.Any]) -> None:
    assert () == problems(raw)
