# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
r"""Registry contents as readable YAML: seeds, and the state that a host keeps between runs.

Form::

    registry:
      HKLM\SOFTWARE\Example:
        Name: {type: REG_DWORD, data: 1}
    denied:
      HKLM\SOFTWARE\Example: [read, write]
    windows: {}  # what else the host is; see wmi/seeds.py
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from .store import Store
from .value_text import read_data, type_name, type_number, written_data

FOLDER = Path(__file__).parent / "seeds"
# YAML 1.2, section 5.1: c-printable, without what JSON's encoder escapes already.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_SIMPLE_KEY = 1000
_RIGHTS = {"read", "write"}


def seed_names() -> list[str]:
    """Return the names of the seeds that come with the lab."""
    return sorted(path.stem for path in FOLDER.glob("*.yml"))


def read_seed(seed: str | Path | Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return a seed's content: the name of one in the folder, a file, or the content itself.

    Raises:
        ValueError: There is no such seed, or it is no mapping.
    """
    if seed is None:
        return {}
    if isinstance(seed, Mapping):
        return seed
    path = FOLDER / f"{seed}.yml" if isinstance(seed, str) and not seed.endswith((".yml", ".yaml")) else Path(seed)
    if not path.is_file():
        raise ValueError(f"no seed {seed}; known: {', '.join(seed_names())}, or a path ending in .yml")
    content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    if not isinstance(content, Mapping):
        raise ValueError(f"{path} is not a mapping")
    return content


def fill(registry: Store, content: Mapping[str, Any]) -> None:
    """Put a seed's keys, values and denials into a registry.

    Raises:
        ValueError: A part of the content is not of the form above.
    """
    if unknown := set(content) - {"registry", "denied", "description", "windows"}:
        raise ValueError(f"a seed has no {min(unknown)!r}")
    for path, values in (content.get("registry") or {}).items():
        registry.ensure_key(path)
        for name, value in (values or {}).items():
            try:
                kind = type_number(value["type"])
                registry.put(path, str(name), kind, read_data(kind, value["data"]))
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path}\\{name}: {error}") from error
    for path, rights in (content.get("denied") or {}).items():
        if not set(rights) <= _RIGHTS:
            raise ValueError(f"{path}: denied takes read and write, not {rights}")
        registry.deny(path, frozenset(rights))


def content_of(registry: Store) -> dict[str, Any]:
    """Return a registry as a seed's content."""
    keys: dict[str, Any] = {}
    denied: dict[str, list[str]] = {}
    for path, values, rights in registry.walk():
        keys[path] = {value.name: {"type": type_name(value.type), "data": written_data(value.data)} for value in values}
        if rights:
            denied[path] = sorted(rights)
    return {"registry": keys, "denied": denied}


def _flow(content: object) -> str:
    """Write content on one line: JSON is YAML's flow style but for characters that YAML must escape."""
    text = json.dumps(content, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _key(name: str, indent: str) -> str:
    """Write a key with its colon; YAML takes long ones only with a question mark."""
    text = _flow(name)
    return f"{text}:" if len(text) < _SIMPLE_KEY else f"? {text}\n{indent}:"


def write_state(registry: Store, path: Path, windows: Mapping[str, Any] | None = None) -> None:
    """Write a host's state to a file that ``read_seed`` reads; readers never see half a file.

    Args:
        registry: The registry.
        path: The file.
        windows: What else there is of the host.
    """
    content = content_of(registry)
    lines = ["---", "registry:" if content["registry"] else "registry: {}"]
    for key, values in content["registry"].items():
        lines.append(f"  {_key(key, '  ')}" if values else f"  {_key(key, '  ')} {{}}")
        lines.extend(f"    {_key(name, '    ')} {_flow(value)}" for name, value in values.items())
    lines.append(f"denied: {_flow(content['denied'])}")
    if windows is not None:
        lines.append(f"windows: {_flow(windows)}")
    text = "\n".join(lines) + "\n"
    new = path.with_suffix(path.suffix + ".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)
