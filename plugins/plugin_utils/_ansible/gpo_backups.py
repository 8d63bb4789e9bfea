# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies on the control node of domain GPOs before they are changed, and the way back from them.

A copy is one zip file: ``Registry.pol`` and ``gpt.ini`` as they were, and ``gpo.json`` with the rest.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import typing as t
import zipfile
import zlib
from dataclasses import asdict
from pathlib import Path

from .._group_policy.domain_request import GpoBackup, LinkRequest
from .._group_policy.gpo_object import canonical_guid
from .._policy.declaration import shown_input
from .._registry.errors import HostError, InputError, Problem

REGISTRY_POL: t.Final = "Registry.pol"
GPT_INI: t.Final = "gpt.ini"
DESCRIPTION: t.Final = "gpo.json"
FORMAT: t.Final = 1

# A GPO of a few megabytes is already far beyond any real one; an archive can claim anything.
_MOST_BYTES: t.Final = 64 * 1024 * 1024


class GpoBackups:
    """The copies of one run.

    Args:
        folder: Where they go; it is made where needed.

    Attributes:
        file: The absolute path of the copy; empty as long as there is none.
    """

    def __init__(self, folder: str) -> None:
        self.file = ""
        self._folder = Path(folder).expanduser().absolute()

    def keep(self, backup: GpoBackup) -> None:
        """Write a copy.

        Raises:
            HostError: It cannot be written.
        """
        now = dt.datetime.now(tz=dt.UTC)
        path = self._folder / backup.guid.strip("{}") / f"{now:%Y%m%dT%H%M%S.%fZ}.zip"
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(path, "xb", opener=_private) as file:
                file.write(packed(backup))
        except OSError as error:
            raise HostError(
                doing=f"keeping a copy on the control node in {self._folder}",
                reason=f"{error.strerror}; nothing was written to the domain",
                advice="backup_dir names another folder, and backup: false does without copies",
            ) from None
        self.file = str(path)


def packed(backup: GpoBackup) -> bytes:
    """Return the file for a GPO."""
    files = {REGISTRY_POL: backup.registry_pol, GPT_INI: backup.gpt_ini}
    held = {name: content for name, content in files.items() if content is not None}
    told = {
        "format": FORMAT,
        "files": list(held),
        "guid": backup.guid,
        "name": backup.name,
        "attributes": dict(backup.attributes),
        "links": None if backup.links is None else [asdict(link) for link in backup.links],
    }
    contents = io.BytesIO()
    with zipfile.ZipFile(contents, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(DESCRIPTION, json.dumps(told, ensure_ascii=False, indent=2))
        for name, content in held.items():
            archive.writestr(name, content)
    return contents.getvalue()


def backup_at(path: str) -> GpoBackup:
    """Return the GPO that a file holds.

    Args:
        path: A file that ``keep`` made, relative to the current folder; ``~`` is understood.

    Raises:
        InputError: It is no such file.
    """
    try:
        content = Path(path).expanduser().read_bytes()
        return unpacked(content)
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
    except ValueError as error:
        reason = f"expected a file that backup made: {error}"
    raise InputError([Problem(path="restore_from", value=shown_input(path), expected=reason)])


def unpacked(content: bytes) -> GpoBackup:
    """Return the GPO that the bytes of a file hold.

    Raises:
        ValueError: They are no such file; the text says why.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            told = json.loads(_member(archive, DESCRIPTION) or b"null")
            files = {name: _member(archive, name) for name in (REGISTRY_POL, GPT_INI)}
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        raise ValueError(f"{DESCRIPTION} in it is no JSON") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ValueError(f"it is no whole zip file ({error})") from None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise ValueError(f"it holds no {DESCRIPTION} of format {FORMAT}")
    guid, name, attributes = canonical_guid(str(told.get("guid"))), told.get("name"), told.get("attributes")
    if not guid or not isinstance(name, str) or not _are_texts(attributes):
        raise ValueError(f"guid, name or attributes in {DESCRIPTION} are missing or damaged")
    if told.get("files") != [held for held, content in files.items() if content is not None]:
        raise ValueError("it does not hold the files that it should")
    return GpoBackup(
        guid=guid,
        name=name,
        registry_pol=files[REGISTRY_POL],
        gpt_ini=files[GPT_INI],
        attributes=attributes,
        links=None if told.get("links") is None else tuple(_links(told["links"])),
    )


def _member(archive: zipfile.ZipFile, name: str) -> bytes | None:
    if name not in archive.namelist():
        return None
    if archive.getinfo(name).file_size > _MOST_BYTES:
        raise ValueError(f"{name} in it is too large")
    return archive.read(name)


def _links(raw: object) -> t.Iterator[LinkRequest]:
    for entry in raw if isinstance(raw, list) else (None,):
        words = entry if isinstance(entry, dict) else {}
        target, enabled, enforced, order = (words.get(key) for key in ("target", "enabled", "enforced", "order"))
        flags = all(flag is None or isinstance(flag, bool) for flag in (enabled, enforced))
        if not isinstance(target, str) or not flags or isinstance(order, bool) or not isinstance(order, int | None):
            raise ValueError(f"links in {DESCRIPTION} are damaged")
        yield LinkRequest(target=target, enabled=enabled, enforced=enforced, order=order)


def _are_texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for pair in value.items() for text in pair)


def _private(path: str, flags: int) -> int:
    """Open a file that nobody else can read: who may edit which GPO is nobody's business."""
    return os.open(path, flags, mode=0o600)
