# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a declaration changes in the two files of a host's local GPO.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass

from .._formats import extension_names, gpt_ini, registry_pol
from .._policy.access import is_closing, stays_within
from .._policy.catalogue import DISABLED, GPT_INI, LIVE_POLICY, LOCAL_GPO, NOT_CONFIGURED, OFFER, POLICY_KEY, STATE
from .._policy.declaration import Declaration
from .._policy.plan import SET, Plan, Step, applied, same_value
from .._policy.targets import needed_reads
from .._policy.words import difference
from .._registry.errors import FormatError, HostError
from .._registry.model import KeyRead, KeyState, Observed
from .._registry.names import fold
from .local_differences import differences
from .policy_file import FilePlan, plan_file
from .policy_view import overlaid, view
from .ports import LocalGpoFiles

_EMPTY: t.Final = KeyState()
_FOLDER: t.Final = r"%SystemRoot%\System32\GroupPolicy"


@dataclass(frozen=True, kw_only=True, slots=True)
class GptIniStep:
    """The change of gpt.ini that belongs to a change of Registry.pol, or repairs what keeps Windows from reading it.

    Attributes:
        before: Version and extension names as they are.
        after: Version and extension names as they will be.
    """

    before: t.Mapping[str, t.Any]
    after: t.Mapping[str, t.Any]
    setting: str = GPT_INI
    layer: str = LOCAL_GPO

    def to_result(self) -> dict[str, t.Any]:
        """Return this change as plain types; see ``schemas/changes.schema.json``."""
        return {
            "layer": self.layer,
            "setting": self.setting,
            "path": None,
            "type": None,
            "before": _line(self.before),
            "after": _line(self.after),
            "action": SET,
        }


FileStep = Step | GptIniStep


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalPlan:
    """What one run will change in the local GPO of one host.

    Attributes:
        plan: What Registry.pol says about each value, before and after.
        ini: What changes in gpt.ini, or None.
        before: The files as they are.
        after: The files as they will be.
        applied_before: What of the file Windows applies now: nothing where gpt.ini keeps it from that.
        refusal: Why the files may not be written, or None.
    """

    plan: Plan
    ini: GptIniStep | None
    before: LocalGpoFiles
    after: LocalGpoFiles
    applied_before: Observed
    refusal: HostError | None = None

    @property
    def steps(self) -> tuple[FileStep, ...]:
        """Every change, that of gpt.ini last."""
        return self.plan.steps if self.ini is None else (*self.plan.steps, self.ini)

    @property
    def sets(self) -> Observed:
        """The values that Windows sets by the file as it is, without what it deletes."""
        return overlaid({}, self.applied_before)

    def is_between(self, files: LocalGpoFiles) -> bool:
        """Return True if each of these files is as before or as wanted."""
        sides = (self.before, self.after)
        is_known = files.registry_pol in [side.registry_pol for side in sides]
        return is_known and files.gpt_ini in [side.gpt_ini for side in sides]

    def made_in(self, files: LocalGpoFiles) -> tuple[FileStep, ...]:
        """Return the changes that stand in these files.

        Raises:
            HostError: One of the files is damaged.
        """
        policy, ini = decoded(files)
        says, wanted = view(policy), self.plan.after
        is_new = files.registry_pol != self.before.registry_pol
        made = [step for step in self.plan.steps if is_new and same_value(step.current(says), step.current(wanted))]
        return (*made, self.ini) if self.ini is not None and self.ini.after == _words(ini) else tuple(made)

    def sides(self, made: t.Sequence[FileStep]) -> dict[str, dict[str, t.Any]]:
        """Return before and after of what was made, in words."""
        if not made:
            return {"before": {}, "after": {}}
        sides = difference(self.plan, [step for step in made if isinstance(step, Step)])
        if self.ini is not None and self.ini in made:
            sides["before"][GPT_INI] = dict(self.ini.before)
            sides["after"][GPT_INI] = dict(self.ini.after)
        return sides


def plan_local(
    declaration: Declaration, files: LocalGpoFiles, live: Plan, whole: t.Callable[[], Observed]
) -> LocalPlan:
    """Return what must change in the files.

    Args:
        declaration: What the user wants.
        files: What the host holds.
        live: What changes in the registry of the same host: both together decide whether a run only closes.
        whole: Reads the whole catalogue in that registry; called only if the file says more than what is declared.

    Raises:
        HostError: One of the files is damaged; nothing may be written then, for that would lose what is in it.
    """
    policy, ini = decoded(files)
    planned = plan_file(declaration, policy, layer=LOCAL_GPO)
    with _named("gpt.ini"):
        new_ini = _edited(ini, planned, declaration)
    after = files
    if planned.steps or new_ini != ini:
        with _named("Machine\\Registry.pol"):
            content = registry_pol.encode(planned.file) if planned.steps else files.registry_pol
        after = LocalGpoFiles(registry_pol=content, gpt_ini=new_ini.encode())
    notes = [f"local GPO: {note}" for note in planned.notes if note not in live.notes]
    if after != files and ini.machine_is_off:
        notes.append("local GPO: gpt.ini switches its computer settings off (Options), so Windows does not apply them")
    applied_before = planned.before if is_applied(ini) else {}
    plan = Plan(
        steps=planned.steps,
        notes=tuple(notes),
        before=planned.before,
        after=planned.after,
        closing=is_closing(overlaid(live.before, applied_before), overlaid(live.after, planned.after)),
        whole_list=True,
    )
    step = GptIniStep(before=_words(ini), after=_words(new_ini)) if new_ini != ini else None
    refusal = None
    if after != files and _says_more(planned.after, declaration):
        refusal = _opening_of_others(planned.after, live, whole())
    return LocalPlan(plan=plan, ini=step, before=files, after=after, applied_before=applied_before, refusal=refusal)


def _says_more(says: Observed, declaration: Declaration) -> bool:
    """Return True if a file says something about values that are not declared."""
    read = {read.key: read.names for read in needed_reads(declaration)}
    for key, state in says.items():
        declared = read.get(key, ())
        if declared is not None and set(state.by_name) - {fold(name) for name in declared}:
            return True
    return False


def _opening_of_others(says: Observed, live: Plan, whole: Observed) -> HostError | None:
    """Return why Windows may not be made to apply a file: what is not declared in it would open the host.

    Every change of a file counts its version up, and then Windows applies all that stands in it.
    """
    now = applied(whole, [step.write() for step in live.steps])
    if stays_within(overlaid(now, says), whole, now):
        return None
    words = [
        f"{one['setting']}: {_in_a_line(one[LIVE_POLICY])} -> {_in_a_line(one[LOCAL_GPO])}"
        for one in differences(says, now)
    ]
    return HostError(
        doing="planning the change of the local GPO",
        reason="its Registry.pol also holds what is not declared, Windows would apply all of it after the change, and "
        f"that would open the host ({'; '.join(words)})",
        advice="Declare these settings too, or take them out of the local GPO",
    )


def _in_a_line(word: t.Any) -> str:
    if isinstance(word, list):
        return ", ".join(word) or "nobody"
    return NOT_CONFIGURED if word is None else str(word)


def is_applied(ini: gpt_ini.GptIni) -> bool:
    """Return True if nothing in gpt.ini keeps Windows from applying the file."""
    return _is_complete(ini) and not ini.machine_is_off


def _is_complete(ini: gpt_ini.GptIni) -> bool:
    """Return True if gpt.ini says everything that Windows needs to apply the file."""
    return bool(ini.machine_version) and extension_names.is_sound(ini.machine_extensions)


def files_first(planned: LocalPlan, live: Plan, declaration: Declaration) -> bool:
    """Return True if a run may write the files before the registry.

    Windows may apply the files between the two. Where that would open more than before and than wanted, and the other
    order would not, the registry goes first. What is left is a moment in which a file is applied while the preference
    for control is still as before; no source says whether that limits offers.
    """
    before, after = planned.applied_before, planned.plan.after
    states = [
        overlaid(live.before, after),
        overlaid(live.after, before),
        live.before,
        live.after,
        overlaid(live.before, before),
        overlaid(live.after, after),
    ]
    if OFFER.name in declaration.policies:
        states = [_offer_was_read(state) for state in states]
    files_between, registry_between, *limits = states
    return stays_within(files_between, *limits) or not stays_within(registry_between, *limits)


def _offer_was_read(observed: Observed) -> Observed:
    """Return the same with an explicit zero for a switch of Offer that is absent: unread it could be on."""
    policies = observed.get(POLICY_KEY, _EMPTY)
    if policies.get(OFFER.switch) is not None:
        return observed
    return {**observed, POLICY_KEY: policies.replaced(OFFER.switch, STATE.encode(OFFER.switch, DISABLED))}


def decoded(files: LocalGpoFiles) -> tuple[registry_pol.PolicyFile, gpt_ini.GptIni]:
    """Return what the files say; a file that is absent says nothing.

    Raises:
        HostError: One of them is damaged.
    """
    with _named("Machine\\Registry.pol"):
        content = files.registry_pol
        policy = registry_pol.PolicyFile() if content is None else registry_pol.decode(content)
    with _named("gpt.ini"):
        return policy, gpt_ini.parse(files.gpt_ini)


def _edited(ini: gpt_ini.GptIni, planned: FilePlan, declaration: Declaration) -> gpt_ini.GptIni:
    """Return the gpt.ini that lets Windows apply the file.

    Windows applies a Registry.pol whose version it has not applied yet (MS-GPOL 3.2.5.1.6), if the extension for it is
    named in an ordered list (2.2.4). Where the file is right and this is not, the policies were never applied. If the
    file says nothing about what is declared, that is not ours to change: it could open the host.
    """
    is_ours = any(_says(planned.before.get(read.key, _EMPTY), read) for read in needed_reads(declaration))
    names = ini.machine_extensions
    never_applied = is_ours and not _is_complete(ini)
    if not planned.steps and not never_applied:
        return ini
    has_entries = bool(planned.file.entries)
    wanted = extension_names.with_registry_pair if has_entries else extension_names.without_registry_pair
    return ini.with_machine_extensions(wanted(names)).with_machine_version_bumped()


def _says(state: KeyState, read: KeyRead) -> bool:
    return bool(state.by_name) if read.names is None else any(state.get(name) for name in read.names)


def _words(ini: gpt_ini.GptIni) -> dict[str, t.Any]:
    return {"machine_version": ini.machine_version, "machine_extensions": ini.machine_extensions}


def _line(words: t.Mapping[str, t.Any]) -> str:
    return f"machine version {words['machine_version']}, {words['machine_extensions'] or 'no machine extensions'}"


@contextlib.contextmanager
def _named(file: str) -> t.Iterator[None]:
    """Say which file of the host an error of its format is about."""
    try:
        yield
    except FormatError as error:
        raise HostError(
            doing=f"reading {_FOLDER}\\{file}",
            reason=str(error),
            advice="Look at the file on the host; if it cannot be repaired, move it away and run this again",
        ) from None
