# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many keys of a registry over ssh, read with one line, and then asked one by one.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import functools
import typing as t
from types import MappingProxyType

from ..._registry.errors import HostError, HostUnreachable
from ..._registry.model import KeyRead, Observed, RegistryKey
from ..._registry.names import fold
from ..commands.lines import Answer
from ..reg_exe.exports import Values, state
from ..reg_exe.exports import values_in as values_in_export
from ..reg_exe.files import HostFiles
from ..reg_exe.queries import Parents, export_tree, printed, query
from ..words import shown

_TREE: t.Final = "tree"

Found = t.TypeVar("Found")


class Snapshot:
    """A KeyReader for keys that were loaded before.

    Args:
        files: The way to the host.
    """

    def __init__(self, files: HostFiles) -> None:
        self._files = files
        # Folded path -> the values, None for an absent key, or why it could not be read.
        self._known: dict[str, Values | HostError | None] = {}

    def load(
        self,
        keys: t.Sequence[RegistryKey],
        *,
        single: t.Sequence[tuple[RegistryKey, str]] = (),
        tree: RegistryKey | None = None,
        more: t.Sequence[str] = (),
        doing: str,
    ) -> Answer:
        """Read with one line, and one transfer where the tree is there.

        Args:
            keys: The keys whose numbers and plain texts are read.
            single: Keys of which one value is read, with its name.
            tree: A key that is read with all below it, whatever its values are.
            more: Steps that stand behind the first ones.
            doing: What is being done, for errors.

        Returns:
            The answer, with what the further steps told.

        Raises:
            HostUnreachable: The connection was lost.
            HostError: The line could not be run; what is wrong with single keys is raised when they are read.
        """
        queried = {f"k{number}": key for number, key in enumerate(self._fit(keys))}
        valued = {f"v{number}": one for number, one in enumerate(single)}
        if not (queried or valued or tree):
            return Answer.of(b"")
        parents = Parents(queried, [*(key for key, dummy in valued.values()), *((tree,) if tree else ())])
        steps = [*more, *(query(label, key) for label, key in queried.items())]
        steps += [query(label, key, name) for label, (key, name) in valued.items()]
        file = self._files.new() if tree else ""
        if tree:
            steps.append(export_tree(_TREE, tree, file))
        answer = self._files.run(doing, *steps, *parents.steps())
        for label, key in (queried | {label: key for label, (key, dummy) in valued.items()}).items():
            self._known[fold(key.path)] = _outcome(functools.partial(printed, answer, label, key, parents))
        if tree:
            below = _outcome(functools.partial(self._exported, answer, tree, file, parents))
            self._known |= {fold(tree.path): below} if isinstance(below, HostError) else below
        return answer

    def read(self, reads: t.Iterable[KeyRead]) -> Observed:
        """Return the values that are there; see KeyReader."""
        found = {}
        for one in reads:
            values = self._known[fold(one.key.path)]
            if isinstance(values, HostError):
                raise values
            names = None if one.names is None else {fold(name) for name in one.names}
            found[one.key] = state(values or (), names, doing=f"reading {shown(str(one.key))}")
        return MappingProxyType(found)

    def keys(self, key: RegistryKey) -> tuple[str, ...] | None:
        """Return the names of the keys below a key of the tree; see KeyReader."""
        path = fold(key.path)
        values = self._known[path]
        if isinstance(values, HostError):
            raise values
        if values is None:
            return None
        below = (known[len(path) + 1 :] for known in self._known if known.startswith(path + "\\"))
        return tuple(dict.fromkeys(name.partition("\\")[0] for name in below))

    def _fit(self, keys: t.Iterable[RegistryKey]) -> list[RegistryKey]:
        """Return the keys that can stand on a line; of the others it is known why they cannot be read."""
        fit = []
        for key in keys:
            try:
                query("k", key)
            except HostError as error:
                self._known[fold(key.path)] = error
            else:
                fit.append(key)
        return fit

    def _exported(
        self, answer: Answer, tree: RegistryKey, file: str, parents: Parents
    ) -> t.Mapping[str, Values | None]:
        doing = f"reading {shown(str(tree))}"
        if answer.said(_TREE) and answer.file_exists(_TREE):
            return values_in_export(self._files.fetch(file, doing=doing), [tree], doing=doing)
        if not parents.is_there(answer, tree, doing=doing):
            return {fold(tree.path): None}
        raise HostError(
            doing=doing,
            reason=f"the key can be read, and reg.exe cannot export it to {self._files.temp_dir}",
            advice="temp_dir names another folder",
        )


def _outcome(read: t.Callable[[], Found]) -> Found | HostError:
    try:
        return read()
    except HostUnreachable:
        raise
    except HostError as error:
        return error
