# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The value gPCMachineExtensionNames: which client-side extensions a group policy object needs.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

    list  = *group                    in ascending order of the extensions, letter case ignored
    group = "[" extension *tool "]"   tools in ascending order
    extension = tool = "{" GUID "}"   a tool is the editor that made settings for the extension

Windows stops reading at the first extension that is out of order and skips the settings of all that follow (MS-GPOL
2.2.4). Other tools leave two kinds of damage behind, and both are repaired here:

* samba-tool compares with regard to case and appends an extension to a group as if it were a tool.
* GPRegistryPolicyDsc puts the GUIDs of all groups into one, in ascending order (its issue 40).

A GUID that Microsoft has assigned to an extension is therefore taken out of every group that it does not lead, and the
tools that are assigned to it go with it. Every GUID stays in the list, in a group of an extension that it stood with
before; which extension an unknown one of a mixed group belonged to cannot be known. It stays with the first. A text
that is no list of groups is refused whole: it could only be edited by losing a part of it.
"""

from __future__ import annotations

import re
import typing as t

from .._registry.errors import FormatError

WHAT: t.Final = "gPCMachineExtensionNames"

REGISTRY: t.Final = "{35378EAC-683F-11D2-A89A-00C04FBBCFA2}"
"""The extension that processes Registry.pol (MS-GPREG 1.9)."""
COMPUTER_SETTINGS: t.Final = "{D02B1F72-3407-48AE-BA88-E8213C6761F1}"
"""The editor of administrative templates, computer settings (MS-GPREG 1.9)."""

# Extensions with the tools of their machine half: "Standards Assignments" in MS-GPREG, MS-GPWL (wireless and wired),
# MS-GPSB, MS-GPEF, MS-GPSI, MS-GPIPSEC and MS-GPAC, the startup scripts as gpedit.msc writes them. Disk quotas and LAPS
# are set by administrative templates that name an extension of their own.
_TOOLS: t.Final[t.Mapping[str, tuple[str, ...]]] = {
    "{0ACDD40C-75AC-47AB-BAA0-BF6DE7E7FE63}": ("{2DA6AA7F-8C88-4194-A558-0D36E7FD3E64}",),
    REGISTRY: (COMPUTER_SETTINGS, "{0F6B957D-509E-11D1-A7CC-0000F87571E3}"),
    "{3610EDA5-77EF-11D2-8DC5-00C04FA31A66}": (COMPUTER_SETTINGS,),
    "{42B5FAAE-6536-11D2-AE5A-0000F87571E3}": ("{40B6664F-4972-11D1-A7CA-0000F87571E3}",),
    "{827D319E-6EAC-11D2-A4EA-00C04F79F83A}": ("{803E14A0-B4FB-11D0-A0D0-00A0C90F574B}",),
    "{B1BE8D72-6EAC-11D2-A4EA-00C04F79F83A}": (
        "{53D6AB1B-2488-11D1-A28C-00C04FB94F17}",
        "{53D6AB1D-2488-11D1-A28C-00C04FB94F17}",
    ),
    "{B587E2B1-4D59-4E7E-AED9-22B9DF11D053}": ("{06993B16-A5C7-47EB-B61C-B1CB7EE600AC}",),
    "{C6DC5466-785A-11D2-84D0-00C04FB169F7}": ("{942A8E4F-A261-11D1-A760-00C04FB9603F}",),
    "{D76B9641-3288-4F75-942D-087DE603E3EA}": (COMPUTER_SETTINGS,),
    "{E437BC1C-AA7D-11D2-A382-00C04F991E27}": ("{DEA8AFA0-CC85-11D0-9CE2-0080C7221EBD}",),
    "{F3CCC681-B74C-4060-9F26-CD84525DCA2A}": ("{0F3F3735-573D-9804-99E4-AB2A69BA5FD4}",),
}

_GUID: t.Final = re.compile(r"\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}")
_GROUP: t.Final = re.compile(rf"\s*\[((?:\s*+{_GUID.pattern})*+)\s*\]\s*")


def with_registry_pair(text: str) -> str:
    """Return the list with the extension for Registry.pol and its editor in it, in order and without known damage.

    Spellings are kept; of two that differ in letter case only, the one in upper case.

    Args:
        text: The list as it stands; empty for none.

    Raises:
        FormatError: The text is no list of groups of GUIDs.
    """
    groups = _Groups(text)
    groups.add(REGISTRY, COMPUTER_SETTINGS)
    return groups.text()


def without_registry_pair(text: str) -> str:
    """Return the list without the editor of computer settings, and without its extension if no other tool is left.

    A list that does not hold the pair is returned as it is.

    Raises:
        FormatError: The text is no list of groups of GUIDs.
    """
    groups = _Groups(text)
    if not groups.has(REGISTRY, COMPUTER_SETTINGS):
        return text
    groups.remove(REGISTRY, COMPUTER_SETTINGS)
    return groups.text()


def has_registry_pair(text: str) -> bool:
    """Return True if the extension for Registry.pol is there with the editor of computer settings, damaged or not."""
    try:
        return _Groups(text).has(REGISTRY, COMPUTER_SETTINGS)
    except FormatError:
        return False


def is_sound(text: str) -> bool:
    """Return True if Windows reads all of the list and processes Registry.pol: nothing is to be added or repaired."""
    try:
        return text.strip() == with_registry_pair(text)
    except FormatError:
        return False


class _Groups:
    """The groups of a list, repaired; extensions and tools by their GUID in upper case."""

    def __init__(self, text: str) -> None:
        self._spellings: dict[str, str] = {}
        self._tools: dict[str, set[str]] = {}
        at = 0
        while at < len(text):
            found = _GROUP.match(text, at)
            if not found:
                raise FormatError(what=WHAT, reason=f"no group of GUIDs begins with {text[at : at + 50]!r}", offset=at)
            self._read([self._known(guid) for guid in _GUID.findall(found[1])])
            at = found.end()

    def add(self, extension: str, *tools: str) -> None:
        """Add tools to the group of an extension, which is made where there is none."""
        self._tools.setdefault(extension, set()).update(tools)

    def has(self, extension: str, tool: str) -> bool:
        return tool in self._tools.get(extension, ())

    def remove(self, extension: str, tool: str) -> None:
        self._tools[extension].remove(tool)
        if not self._tools[extension]:
            del self._tools[extension]

    def text(self) -> str:
        groups = ([extension, *sorted(self._tools[extension])] for extension in sorted(self._tools))
        return "".join(f"[{''.join(self._spellings.get(guid, guid) for guid in group)}]" for group in groups)

    def _known(self, guid: str) -> str:
        upper = guid.upper()
        if guid == upper:
            self._spellings[upper] = upper
        else:
            self._spellings.setdefault(upper, guid)
        return upper

    def _read(self, guids: list[str]) -> None:
        """Take in one group, which may be several that were thrown together."""
        extensions = {guid for guid in guids if guid in _TOOLS}
        if not guids:
            return
        # A tool stands first only where it came to the front because groups were thrown together.
        first = guids[0] if not _owners(guids[0], extensions) else min(extensions)
        for extension in (first, *extensions):
            self.add(extension)
        for guid in guids:
            if guid not in extensions and guid != first:
                for owner in _owners(guid, extensions) or [first]:
                    self.add(owner, guid)


def _owners(tool: str, extensions: t.Iterable[str]) -> list[str]:
    """Return those extensions to which a tool is assigned."""
    return [extension for extension in extensions if tool in _TOOLS[extension]]
