# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How names compare, what a value is, and the words of the errors."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    AccessDenied,
    HostError,
    HostUnreachable,
    InputError,
    Problem,
    RemoteAssistanceError,
    UnsupportedConnection,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    UNREADABLE,
    KeyState,
    RegistryKey,
    RegistryValue,
    ValueType,
    dword,
    string,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.names import fold
from ansible_collections.winfleet.remote_assistance.tests.unit import strategies  # noqa: F401  # pylint: disable=unused-import  # loads the profile
from hypothesis import given
from hypothesis import strategies as st

# The rule of the design, by hand: one character of the BMP, its capital one character, and back.
FOLDED = (
    ("", ""),
    ("corp\\helpdesk", "CORP\\HELPDESK"),
    ("Straße", "STRAßE"),
    ("ß", "ß"),
    ("ẞ", "ẞ"),
    ("ſ", "ſ"),
    ("ς", "ς"),
    ("σ", "Σ"),
    ("K", "K"),
    ("k", "K"),
    ("Å", "Å"),
    ("å", "Å"),
    ("ı", "ı"),
    ("i", "I"),
    ("İ", "İ"),
    ("ǆ", "Ǆ"),
    ("ǅ", "ǅ"),
    ("Ǆ", "Ǆ"),
    ("µ", "µ"),
    ("μ", "Μ"),
    ("ÿ", "Ÿ"),
    ("ŉ", "ŉ"),
    ("ﬁ", "ﬁ"),
    ("ж", "Ж"),
    ("𐐨", "𐐨"),
    ("\ud801\udc28", "\ud801\udc28"),
)


@pytest.mark.parametrize(("name", "folded"), FOLDED)
def test_a_name_folds_character_by_character(name: str, folded: str) -> None:
    assert folded == fold(name)


def test_names_that_casefold_would_merge_stay_two() -> None:
    assert 6 == len({fold(name) for name in ("strasse", "straße", "ſtrasse", "K", "\u212a", "ς")})
    assert fold("straße") != fold("strasse")


@given(st.text(st.characters()))
def test_folding_keeps_the_length_and_is_done_once(name: str) -> None:
    assert len(name) == len(fold(name))
    assert fold(name) == fold(fold(name))


def test_a_type_that_has_no_name_here_keeps_its_number() -> None:
    odd = ValueType(0xFFFF0001)
    assert ("REG_TYPE_4294901761", 0xFFFF0001) == (odd.name, int(odd))
    assert odd == ValueType(0xFFFF0001)


@pytest.mark.parametrize("number", [-1, 2**32, "4", None])
def test_what_is_no_type_number_is_refused(number: object) -> None:
    with pytest.raises(ValueError, match="is not a valid ValueType"):
        ValueType(number)


def test_a_key_is_shown_with_its_root_and_unreadable_data_by_its_name() -> None:
    assert ("HKLM\\SYSTEM\\x", "UNREADABLE") == (str(RegistryKey(path="SYSTEM\\x")), repr(UNREADABLE))


def test_a_value_is_found_in_any_letter_case_and_keeps_its_own_when_set() -> None:
    state = KeyState.of(dword("Straße", 1), string("ABC", "x"))
    assert dword("Straße", 1) == state.get("STRAßE")
    assert state.get("strasse") is None
    changed = state.replaced("abc", dword("abc", 2))
    assert RegistryValue(name="ABC", type=ValueType.REG_DWORD, data=2) == changed.get("Abc")
    assert string("ABC", "x") == state.get("abc")
    assert changed.replaced("aBC", None).get("ABC") is None
    assert state.by_name == state.replaced("absent", None).by_name


def test_one_problem_is_one_line_with_value_and_nearest_word() -> None:
    problem = Problem(path="offer.control", value="'viewonly'", expected="expected one of a, b", nearest="view_only")
    assert "offer.control: expected one of a, b, got 'viewonly' (did you mean 'view_only'?)" == problem.text()
    assert "x: required" == Problem(path="x", expected="required").text()


def test_an_input_error_tells_every_problem() -> None:
    problems = (Problem(path="a", expected="wrong"), Problem(path="b", value="1", expected="bad", nearest="c"))
    error = InputError(iter(problems))
    expected = (
        "2 problems in the input, nothing was sent to the host:\n  - a: wrong\n  - b: bad, got 1 (did you mean 'c'?)"
    )
    assert expected == str(error)
    assert problems == error.problems
    assert {
        "problems": [
            {"path": "a", "value": "", "expected": "wrong", "nearest": ""},
            {"path": "b", "value": "1", "expected": "bad", "nearest": "c"},
        ]
    } == error.details()
    assert str(InputError(problems[:1])).startswith("1 problem in the input")


def test_a_host_error_tells_what_was_done_why_it_failed_and_what_helps() -> None:
    error = AccessDenied(doing="writing HKLM\\x", reason="access denied", code=5, advice="Use an administrator")
    assert "writing HKLM\\x: access denied (0x00000005). Use an administrator" == str(error)
    assert {"doing": "writing HKLM\\x", "code": "0x00000005"} == error.details()
    assert isinstance(error, HostError)


def test_a_host_error_without_code_has_none() -> None:
    error = HostUnreachable(doing="connecting", reason="no answer", outcome_unknown=True)
    assert ("connecting: no answer", {"doing": "connecting", "code": None}) == (str(error), error.details())
    assert (True, False, ()) == (error.outcome_unknown, error.logon_refused, error.acknowledged)
    assert HostUnreachable(doing="x", reason="y", logon_refused=True).logon_refused


def test_the_largest_code_is_shown_whole() -> None:
    assert "0x80338000" in str(HostError(doing="x", reason="y", code=0x80338000))


def test_an_unsupported_connection_has_no_details_of_its_own() -> None:
    assert ({}, "no ssh yet") == (
        UnsupportedConnection("no ssh yet").details(),
        str(UnsupportedConnection("no ssh yet")),
    )
    assert issubclass(UnsupportedConnection, RemoteAssistanceError)
