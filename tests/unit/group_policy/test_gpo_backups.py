# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies of domain GPOs on the control node: what is put away comes back, and anything else is refused."""

from __future__ import annotations

import io
import json
import stat
import typing as t
import zipfile
from pathlib import Path

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_request import (
    GpoBackup,
    LinkRequest,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostError, InputError
from hypothesis import given
from hypothesis import strategies as st

gpo_backups = pytest.importorskip(
    "ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._ansible.gpo_backups"
)

GUID = "{0F8B3A52-5C2B-4E8A-9B61-0F3E6E9A7D10}"
WHOLE = GpoBackup(
    guid=GUID,
    name="Größe & Co",
    registry_pol=b"PReg\x01\0\0\0",
    gpt_ini=b"[General]\r\nVersion=1\r\n",
    attributes={"displayName": "Größe & Co", "versionNumber": "-65535"},
    links=(LinkRequest(target="OU=Sales\\, North,DC=ra,DC=test", enabled=True, enforced=False, order=1),),
)
LINKS = st.builds(
    LinkRequest,
    target=st.text(),
    enabled=st.none() | st.booleans(),
    enforced=st.none() | st.booleans(),
    order=st.none() | st.integers(min_value=1),
)
# What a directory's text can hold; lone surrogates are no text.
WORDS = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    st.builds(
        GpoBackup,
        guid=st.just(GUID),
        name=WORDS,
        registry_pol=st.none() | st.binary(max_size=200),
        gpt_ini=st.none() | st.binary(max_size=200),
        attributes=st.dictionaries(WORDS, WORDS, max_size=4),
        links=st.none() | st.lists(LINKS, max_size=3).map(tuple),
    )
)
def test_what_is_packed_comes_back(backup: GpoBackup) -> None:
    assert backup == gpo_backups.unpacked(gpo_backups.packed(backup))


def test_a_copy_is_for_its_owner_only_and_comes_back(tmp_path: Path) -> None:
    backups = gpo_backups.GpoBackups(str(tmp_path / "new" / "folder"))
    assert "" == backups.file
    backups.keep(WHOLE)
    copy = Path(backups.file)
    assert (0o600, 0o700) == (stat.S_IMODE(copy.stat().st_mode), stat.S_IMODE(copy.parent.stat().st_mode))
    assert tmp_path / "new" / "folder" / GUID.strip("{}") == copy.parent
    assert WHOLE == gpo_backups.backup_at(backups.file)
    with zipfile.ZipFile(copy) as archive:
        assert ["gpo.json", "Registry.pol", "gpt.ini"] == archive.namelist()
        assert b"PReg\x01\0\0\0" == archive.read("Registry.pol")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HostError) as caught:
        gpo_backups.GpoBackups(str(tmp_path / "file" / "below")).keep(WHOLE)
    assert "Not a directory; nothing was written to the domain" in str(caught.value)


def archive_with(**members: str | bytes) -> bytes:
    contents = io.BytesIO()
    with zipfile.ZipFile(contents, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return contents.getvalue()


def description(**more: t.Any) -> bytes:
    told = {"format": 1, "files": [], "guid": GUID, "name": "x", "attributes": {}, "links": []}
    return archive_with(gpo_json=json.dumps(told | more))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is no whole zip file"),
        (b"PK\x03\x04 and so on", "it is no whole zip file"),
        (archive_with(other="x"), "it holds no gpo.json of format 1"),
        (archive_with(gpo_json="{"), "gpo.json in it is no JSON"),
        (archive_with(gpo_json="[" * 100_000), "gpo.json in it is no JSON"),
        (description(format=2), "it holds no gpo.json of format 1"),
        (description(guid="{x}"), "guid, name or attributes in gpo.json are missing or damaged"),
        (description(name=7), "guid, name or attributes in gpo.json are missing or damaged"),
        (description(attributes={"flags": 1}), "guid, name or attributes in gpo.json are missing or damaged"),
        (description(files=["gpt.ini"]), "it does not hold the files that it should"),
        (description(links={}), "links in gpo.json are damaged"),
        (description(links=[{"target": "x", "order": True}]), "links in gpo.json are damaged"),
    ],
)
def test_anything_else_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "copy.zip"
    file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        gpo_backups.backup_at(str(file))
    (problem,) = caught.value.problems
    assert "restore_from" == problem.path
    assert f"expected a file that backup made: {why}" in problem.expected


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_damaged_copy_is_refused_or_is_the_same(place: int, change: int) -> None:
    whole = bytearray(gpo_backups.packed(WHOLE))
    whole[place % len(whole)] ^= change
    try:
        found = gpo_backups.unpacked(bytes(whole))
    except ValueError:
        return
    # Some bytes of a zip file carry nothing.
    assert WHOLE == found


def test_a_copy_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        gpo_backups.backup_at(str(tmp_path / "none.zip"))
    assert "cannot be read: No such file or directory" in str(caught.value)
