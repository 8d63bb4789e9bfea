# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry port over ssh: Windows' own reg.exe exports and imports files, nothing of ours runs on the host.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

Reading is one line that exports all keys into one file, and one transfer of that file, which the next line removes,
or ``close``. Writing is one transfer of a file and one line that imports and removes it.
"""

from __future__ import annotations

import typing as t
from types import MappingProxyType

from ..._registry.errors import HostError, HostUnreachable
from ..._registry.model import KeyRead, Observed, RegistryKey, Write
from ..._registry.names import fold
from ..commands import lines
from ..commands.lines import DONE, Answer
from ..commands.ports import Errors, HostCommands
from ..commands.ssh import SshHost
from ..ports import WriteFailure
from ..words import shown
from .exports import Values, file_of, objection, state, values_in
from .files import HostFiles
from .lines import export, load
from .verdicts import not_imported, was_exported

TEMP_DIR: t.Final = "C:\\Windows\\Temp"

# As many as fit on a line with the longest temp_dir; all that this collection manages is below two.
_KEYS_IN_A_LINE: t.Final = 2

_COMBINED: t.Final = "all"
_IMPORT: t.Final = "import"
_IMPORTED: t.Final = "delete"


def open_channel(
    connection: t.Any, *, temp_dir: str = TEMP_DIR, lost: Errors = (), refused: Errors = ()
) -> RegExeRegistry:
    """Return the registry of the host behind an Ansible connection; nothing is sent before the first call.

    Args:
        connection: The object of Ansible's ``ssh`` connection plugin.
        temp_dir: The host's folder for files that come and go; no other account should be able to write to them.
        lost: What the plugin raises when the connection is lost or does not come about: AnsibleConnectionFailure.
        refused: What else it raises, such as when a file cannot be transferred: AnsibleError.

    Raises:
        UnsupportedConnection: It is another connection, or its shell is not one of Windows.
        InputError: ``temp_dir`` cannot be such a folder.
    """
    return RegExeRegistry(SshHost(connection, lost=lost, refused=refused), temp_dir=lines.folder(temp_dir))


class RegExeRegistry:
    """A RegistryChannel over reg.exe.

    Args:
        host: The way to the host.
        temp_dir: The folder for files, as ``lines.folder`` returns it.

    Attributes:
        files: The way to the host for lines and files, for other questions than those to the registry.
    """

    name = "reg_exe"

    def __init__(self, host: HostCommands, *, temp_dir: str) -> None:
        self.files = HostFiles(host, temp_dir=temp_dir)
        # Folded path -> is it there?
        self._known: dict[str, bool] = {}
        self._refused_keys: dict[str, HostError] = {}

    @property
    def left_behind(self) -> t.Sequence[str]:
        """Files of ours that may still be on the host."""
        return self.files.left_behind

    @property
    def requests(self) -> int:
        """Lines run and files transferred so far."""
        return self.files.host.calls

    def read(self, reads: t.Iterable[KeyRead]) -> Observed:
        """Return the values that are there, each with its name as stored; see RegistryChannel."""
        wanted: dict[RegistryKey, set[str] | None] = {}
        for one in reads:
            before = wanted.get(one.key, set())
            asked = None if one.names is None else {fold(name) for name in one.names}
            wanted[one.key] = None if before is None or asked is None else before | asked
        found: dict[str, Values] = {}
        roots = _roots(wanted)
        for start in range(0, len(roots), _KEYS_IN_A_LINE):
            found |= self._read_some(roots[start : start + _KEYS_IN_A_LINE])
        self._known |= {fold(key.path): fold(key.path) in found for key in wanted}
        return MappingProxyType(
            {
                key: state(found.get(fold(key.path), ()), names, doing=f"reading {shown(str(key))}")
                for key, names in wanted.items()
            }
        )

    def write(self, writes: t.Sequence[Write]) -> tuple[WriteFailure, ...]:
        """Write in the given order; see RegistryChannel.

        All writes are one import. When that fails nobody knows which of them were made: every one is returned as
        refused, and the caller reads back. An import does not stop at the first refusal, and it may report success
        and do nothing. A key of which an import alone was refused is not tried again on this connection.
        """
        objections = [self._objection(write) for write in writes]
        first = next((number for number, error in enumerate(objections) if error), len(writes))
        try:
            failed = self._import(writes[:first])
        except HostUnreachable as lost:
            lost.in_doubt = tuple(writes[:first]) if lost.outcome_unknown else ()
            raise
        refused = [WriteFailure(write=write, error=failed) for write in writes[:first]] if failed else []
        for write, error in zip(writes[first:], objections[first:], strict=True):
            if error is None:
                break
            refused.append(WriteFailure(write=write, error=error))
        return tuple(refused)

    def reconnect(self) -> None:
        """Drop the connection; the next call opens a fresh one."""
        self.files.host.reset()
        self._refused_keys.clear()

    def limit(self, seconds: float) -> None:
        """Start no call after this many seconds; one that has begun is waited for."""
        self.files.host.limit(seconds)

    def close(self) -> None:
        """Remove what is left of our files on the host; never raises."""
        self.files.close()

    # Reading

    def _read_some(self, keys: t.Sequence[RegistryKey]) -> t.Mapping[str, Values]:
        """Return the values of these keys and of all below them, by folded path; absent keys are left out."""
        doing = f"reading {', '.join(shown(str(key)) for key in keys)}"
        files = {key: self.files.new() for key in keys}
        labels = {key: f"k{number}" for number, key in enumerate(keys)}
        steps = [export(labels[key], key, files[key]) for key in keys]
        together = self.files.new() if len(keys) > 1 else ""
        if together:
            steps.append(lines.join(_COMBINED, list(files.values()), together))
        answer = self.files.run(doing, *steps)
        there = [key for key in keys if was_exported(answer, labels[key], key, temp_dir=self.files.temp_dir)]
        if not there:
            return {}
        if len(there) == 1:
            file = files[there[0]]
        else:
            file = together
            _demand(answer, _COMBINED, doing, f"the exports cannot be joined in {self.files.temp_dir}")
        return values_in(self.files.fetch(file, doing=doing), there, doing=doing)

    # Writing

    def _objection(self, write: Write) -> HostError | None:
        known = self._refused_keys.get(fold(write.key.path))
        if known is not None:
            return known
        reason = objection(write)
        place = shown(f"{write.key}\\{write.name or '(default)'}")
        return HostError(doing=f"writing {place}", reason=reason) if reason else None

    def _import(self, writes: t.Sequence[Write]) -> HostError | None:
        """Make all writes; return why that failed, or None."""
        needed = self._without_futile(writes)
        if not needed:
            return None
        keys = {fold(write.key.path): write.key for write in needed}
        doing = f"writing {', '.join(shown(str(key)) for key in keys.values())}"
        file = self.files.new()
        self.files.send(file_of(needed), file, doing=doing)
        try:
            steps = load(_IMPORT, file), lines.delete(_IMPORTED, file)
            answer = self.files.run(doing, *steps, changes=True)
        except HostUnreachable:
            raise
        except HostError as error:  # no answer that can be read, and the import may have been made all the same
            self._forget(keys)
            return error
        if answer.file_exists(_IMPORTED) is False:
            self.files.left_behind.remove(file)
        code = answer.codes.get(_IMPORT)
        if code == DONE:
            self._known |= dict.fromkeys(keys, True)
            return None
        self._forget(keys)
        refusal = not_imported(answer, _IMPORT, file, doing=doing)
        if len(keys) == 1 and code is not None:
            self._refused_keys |= dict.fromkeys(keys, refusal)
        return refusal

    def _forget(self, paths: t.Iterable[str]) -> None:
        for path in paths:
            self._known.pop(path, None)

    def _without_futile(self, writes: t.Sequence[Write]) -> list[Write]:
        """Return the writes without deletions in absent keys: an import would create the key."""
        unknown = {write.key for write in writes if write.value is None and fold(write.key.path) not in self._known}
        if unknown:
            self.read([KeyRead(key=key, names=()) for key in unknown])
        made: set[str] = set()
        needed = []
        for write in writes:
            path = fold(write.key.path)
            if write.value is not None:
                made.add(path)
            elif path not in made and not self._known[path]:
                continue
            needed.append(write)
        return needed


def _roots(keys: t.Iterable[RegistryKey]) -> list[RegistryKey]:
    """Return the keys without those that lie below another one: an export holds them."""
    every = list(keys)
    tops = [fold(key.path) + "\\" for key in every]
    return [key for key in every if not any(fold(key.path).startswith(top) for top in tops)]


def _demand(answer: Answer, label: str, doing: str, reason: str) -> None:
    if answer.codes.get(label) != DONE:
        raise HostError(
            doing=doing, reason=reason, advice="Look whether its disk is full; temp_dir names another folder"
        )
