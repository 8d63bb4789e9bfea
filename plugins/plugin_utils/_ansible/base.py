# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of this collection's actions: one way from errors to results, one way to a channel.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import contextlib
import typing as t

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from .._channels.commands.opening import open_commands
from .._channels.commands.ports import HostCommands
from .._channels.opening import open_channel
from .._channels.ports import RegistryChannel
from .._policy.declaration import shown_input
from .._policy.host_options import HostOptions
from .._policy.kinds import nearest_word
from .._registry.errors import InputError, Problem, RemoteAssistanceError
from .local_gpo import Way, way_to_local_gpo
from .plain import plain
from .results import failure_result

display = Display()

Result = dict[str, t.Any]


class RemoteAssistanceAction(ActionBase):
    """Runs ``perform`` and turns every error of this collection into a result that a person can read."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        """Run the action; called by Ansible."""
        result: Result = super().run(tmp, task_vars)
        try:
            result |= self.perform(task_vars or {})
        except RemoteAssistanceError as error:
            result |= failure_result(error)
        return result

    def perform(self, task_vars: dict[str, t.Any]) -> Result:
        """Do the work and return the result; errors of this collection may be raised."""
        raise NotImplementedError

    def refuse_unknown_arguments(self, legal_names: t.Collection[str]) -> None:
        """Refuse every argument of the task that is not among the legal ones, all at once."""
        legal = ", ".join(legal_names) or "none, this action takes no options"
        unknown = [
            Problem(
                path=str(name),
                value=shown_input(plain(value)),
                expected=f"unknown option, expected one of {legal}",
                nearest=nearest_word(name, legal_names),
            )
            for name, value in self._task.args.items()
            if name not in legal_names
        ]
        if unknown:
            raise InputError(unknown)

    @contextlib.contextmanager
    def channel(self, *, temp_dir: str) -> t.Iterator[RegistryChannel]:
        """Open the way to the host's registry, and close it in the end.

        Args:
            temp_dir: The host's folder for files that come and go.
        """
        if self._task.become:
            display.warning("become has no effect here: Windows acts as the user of the connection")
        channel = open_channel(
            self._connection, temp_dir=temp_dir, lost=(AnsibleConnectionFailure,), refused=(AnsibleError,)
        )
        try:
            yield channel
        finally:
            channel.close()
            self._tell_left_behind(channel.left_behind)

    @contextlib.contextmanager
    def commands(self) -> t.Iterator[HostCommands]:
        """Open the way for lines of cmd.exe, and close it in the end."""
        commands = open_commands(self._connection, lost=(AnsibleConnectionFailure,), refused=(AnsibleError,))
        try:
            yield commands
        finally:
            commands.close()

    @contextlib.contextmanager
    def local_gpo(self, options: HostOptions) -> t.Iterator[Way]:
        """Open the way to the host's local GPO, and close it in the end.

        Args:
            options: The options of the task.
        """
        with contextlib.ExitStack() as stack:
            way = way_to_local_gpo(self._connection, options, lambda: stack.enter_context(self.commands()))
            try:
                yield way
            finally:
                way.folder.close()
                self._tell_left_behind(way.folder.left_behind)

    @staticmethod
    def _tell_left_behind(files: t.Iterable[str]) -> None:
        for file in files:
            display.warning(f"{file} may still be on the host: it could not be removed")

    @staticmethod
    def describe(channel: RegistryChannel, way: Way | None = None) -> Result:
        """Return what a result says of the ways that were taken; the number of round trips from -vv on."""
        facts: Result = {"channel": channel.name}
        if way is not None:
            facts["local_gpo_way"] = way.to_result()
        if display.verbosity >= 2:
            facts["requests"] = channel.requests + (way.folder.requests if way is not None else 0)
        return facts

    def template(self, value: t.Any) -> t.Any:
        """Evaluate a template with the variables of the task."""
        return self._templar.template(value)
