# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of domain_gpo: what they mean, and every problem at once."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy import directory_options
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_inputs import (
    DomainTask,
    located,
    read_task_of,
    task_of,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_request import (
    STATUS,
    LinkRequest,
    LinksRequest,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.domain_options import (
    DIRECTORY_OPTIONS,
    GPO_STATUSES,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.kinds import Choice
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import InputError, Problem

CLIENTS = "OU=Clients,DC=corp,DC=example"
SERVERS = "OU=Servers,DC=corp,DC=example"
GUID = "{0F8B3A52-5C2B-4E8A-9B61-0F3E6E9A7D10}"
OFF: dict[str, t.Any] = {"offer": {"state": "disabled"}}


def task(**given: t.Any) -> DomainTask:
    return task_of({"name": "RA off", **given}, {})


def problems(read: t.Callable[..., object] = task_of, **given: t.Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(given, {})
    return [problem.text() for problem in caught.value.problems]


def paths(**given: t.Any) -> list[str]:
    return [text.partition(":")[0] for text in problems(**given)]


def test_what_is_not_given_is_not_managed() -> None:
    asked = task(**OFF)
    assert ("RA off", "", "present", None, None, None) == (
        asked.request.name,
        asked.request.guid,
        asked.request.state,
        asked.request.links,
        asked.request.status,
        asked.request.description,
    )
    assert (False, False, 30.0) == (asked.request.force, asked.request.verify_helpers, asked.request.lock_timeout)
    assert (True, "remote-assistance-backups", "") == (asked.backup, asked.backup_dir, asked.restore_from)
    assert ["offer"] == list(asked.request.declaration.policies)
    assert OFF == asked.policies


def test_null_is_not_given_anywhere() -> None:
    asked = task(**OFF, links={"set": None, "add": None}, status=None, server=None, solicited=None)
    assert task(**OFF) == asked


def test_words_that_ansible_users_write_are_understood() -> None:
    asked = task(**OFF, force="yes", lock_timeout="5", guid=GUID.strip("{}").lower(), status="user_disabled")
    assert (True, 5.0, GUID, "user_disabled") == (
        asked.request.force,
        asked.request.lock_timeout,
        asked.request.guid,
        asked.request.status,
    )


def test_an_empty_description_is_one() -> None:
    assert "" == task(description="").request.description


def test_links_are_names_or_mappings() -> None:
    link = {"target": SERVERS, "enabled": "no", "enforced": True, "order": "2"}
    asked = task(links={"add": [CLIENTS, link], "remove": [{"target": "DC=corp,DC=example"}]})
    expected = LinksRequest(
        add=(LinkRequest(target=CLIENTS), LinkRequest(target=SERVERS, enabled=False, enforced=True, order=2)),
        remove=("DC=corp,DC=example",),
    )
    assert expected == asked.request.links


def test_an_empty_set_of_links_removes_all_of_them() -> None:
    assert LinksRequest(exact=()) == task(links={"set": []}).request.links


def test_nothing_but_links_is_a_task_of_its_own() -> None:
    assert {} == dict(task(links={"add": [CLIENTS]}).request.declaration.policies)


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ([CLIENTS], "links: expected a mapping with keys of: set, add, remove, got a list"),
        ({"sett": []}, "links.sett: unknown key, expected one of set, add, remove (did you mean 'set'?)"),
        ({"add": CLIENTS}, "links.add: expected a list of at most 1000 links, got 'OU=Clients,DC=corp,DC=example'"),
        ({"set": [], "add": [CLIENTS]}, "links.add: not legal beside set, which is the whole list"),
        ({"add": [7]}, "links.add[0]: expected a distinguished name, or a mapping with keys of: "),
        ({"add": ["Clients"]}, "links.add[0]: expected the distinguished name of an OU, the domain or a site"),
        ({"add": ["OU=Clients"]}, "links.add[0]: expected the distinguished name of an OU, the domain or a site"),
        ({"add": ['OU="x,DC=y']}, "links.add[0]: expected the distinguished name"),
        ({"add": [{"enabled": True}]}, "links.add[0].target: expected the distinguished name"),
        (
            {"add": [{"target": CLIENTS, "order": 0}]},
            "links.add[0].order: expected a whole number from 1 to 9999, got 0",
        ),
        ({"add": [{"target": CLIENTS, "enforce": 1}]}, "links.add[0].enforce: unknown key, expected one of target"),
        ({"remove": [{"target": CLIENTS, "order": 1}]}, "links.remove[0].order: unknown key, expected one of target"),
        (
            {"add": [CLIENTS], "remove": ["ou=clients, dc=corp, dc=example"]},
            "links.remove[0]: the same target as links.add[0], got 'ou=clients, dc=corp, dc=example'",
        ),
    ],
)
def test_a_wrong_link_is_refused_with_its_path(links: object, expected: str) -> None:
    (text,) = problems(name="RA off", links=links)
    assert text.startswith(expected), text


def test_every_problem_is_told_at_once() -> None:
    found = problems(
        nme="x",
        guid="{1}",
        state="gone",
        control_panel={"invitations": False},
        firewall="disabled",
        offer={"state": "enabled", "control": "viewonly"},
        links={"add": ["x"]},
        auth_protocol="simple",
        lock_timeout=-1,
        status="off",
    )
    expected = {
        "nme",
        "guid",
        "state",
        "control_panel",
        "firewall",
        "offer.control",
        "links.add[0]",
        "auth_protocol",
        "username",
        "password",
        "lock_timeout",
        "status",
    }
    assert expected == {text.partition(":")[0] for text in found}
    assert any(text.startswith("nme: unknown option") and "did you mean 'name'" in text for text in found)
    assert any("use a Group Policy Preferences registry item" in text for text in found)


def test_the_value_of_an_unknown_option_is_not_shown() -> None:
    (text,) = problems(name="RA off", **OFF, pasword="Secret-1")
    assert "Secret-1" not in text
    assert "did you mean 'password'?" in text


def test_a_gpo_must_be_named_and_something_asked_for() -> None:
    assert ["name", "declaration"] == paths()
    assert ["name"] == paths(name="  RA off", **OFF)
    assert ["name"] == paths(name="", **OFF)
    assert ["name"] == paths(name="RA\toff", **OFF)


def test_absent_goes_with_nothing_that_fills_a_gpo() -> None:
    given = {"links": {"add": [CLIENTS]}, "status": "all_enabled", "description": "x", "verify_helpers": True}
    expected = ["offer", "links", "status", "description", "verify_helpers"]
    assert expected == paths(name="RA off", state="absent", **OFF, **given)
    assert "absent" == task(state="absent", force=True).request.state


def test_a_baseline_stands_below_the_policies_and_without_the_control_panel() -> None:
    asked = task(baseline="all_off", offer={"state": "enabled", "control": "view_only"})
    assert {
        "solicited": {"state": "disabled"},
        "offer": {"state": "enabled", "control": "view_only"},
    } == asked.policies
    assert {"solicited": "disabled", "offer": "enabled"} == {
        name: policy.state for name, policy in asked.request.declaration.policies.items()
    }
    assert {} == asked.request.declaration.control_panel


def test_a_baseline_alone_is_something_asked_for() -> None:
    assert ["solicited"] == list(task(baseline="disa_stig").policies)
    assert ["baseline"] == paths(name="RA off", baseline="all_of")
    assert ["baseline"] == paths(name="RA off", baseline="all_off", state="absent")
    assert ["baseline", "name"] == paths(name="RA off", baseline="all_off", restore_from="a.zip")
    assert ["control_panel"] == paths(name="RA off", baseline="all_off", control_panel={"invitations": False})


def test_restore_says_itself_what_is_put_back() -> None:
    assert "a.zip" == task_of({"restore_from": "a.zip"}, {}).restore_from
    assert ["offer", "name"] == paths(name="RA off", restore_from="a.zip", **OFF)


def test_reading_takes_a_name_or_a_guid_or_neither() -> None:
    asked = read_task_of({"guid": GUID, "server": "dc1"}, {"MICROSOFT_AD_LDAP_PORT": "1389"})
    assert ("", GUID, "dc1", 1389) == (asked.name, asked.guid, asked.directory.server, asked.directory.port)
    assert ("", "") == (read_task_of({}, {}).name, read_task_of({}, {}).guid)
    assert ["name: not legal beside guid, got 'x'"] == problems(read_task_of, name="x", guid=GUID)
    (text,) = problems(read_task_of, offer={})
    assert text.startswith("offer: unknown option, expected one of name, guid, server")


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("offer.helpers.set", r"'CORP\\b'", "offer.helpers.set[1]"),
        ("links", f"'{CLIENTS}'", "links.add[0]"),
        ("links", f"'{SERVERS}'", "links.add[1].target"),
        ("links", "'OU=Other'", "links"),
        ("name", "'RA off'", "name"),
        ("links.add[0]", f"'{CLIENTS}'", "links.add[0]"),
        ("solicited.helpers.set", "'x'", "solicited.helpers.set"),
    ],
)
def test_what_the_directory_finds_wrong_has_the_place_where_it_was_written(path: str, value: str, place: str) -> None:
    told = {
        "name": "RA off",
        "offer": {"helpers": {"set": ["CORP\\a", "CORP\\b"]}},
        "links": {"add": [CLIENTS, {"target": SERVERS}]},
    }
    (found,) = located([Problem(path=path, value=value, expected="x")], told)
    assert Problem(path=place, value=value, expected="x") == found


def test_the_words_are_those_of_the_code_that_uses_them() -> None:
    assert STATUS == GPO_STATUSES
    assert set(directory_options.DirectoryOptions.__dataclass_fields__) == set(DIRECTORY_OPTIONS)
    words = {
        name: [word for word, dummy in option.kind.words]
        for name, option in DIRECTORY_OPTIONS.items()
        if isinstance(option.kind, Choice)
    }
    expected = {
        "auth_protocol": t.get_args(directory_options.AuthProtocol),
        "tls_mode": t.get_args(directory_options.TlsMode),
        "cert_validation": t.get_args(directory_options.CertValidation),
    }
    assert {name: list(legal) for name, legal in expected.items()} == words
    defaults = {name: option.default for name, option in DIRECTORY_OPTIONS.items() if option.default is not None}
    options = directory_options.DirectoryOptions()
    assert defaults == {name: getattr(options, name) for name in defaults}
