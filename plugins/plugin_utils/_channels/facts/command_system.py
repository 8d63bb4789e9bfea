# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Windows it is, whether it belongs to a domain, and whether Remote Assistance is there: without WMI.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from ..._policy.host_facts import CLIENT, DOMAIN_CONTROLLER, SERVER, WINDOWS_FOLDER, Membership, OperatingSystem
from ..._registry.errors import HostError
from ..._registry.model import KeyState, RegistryKey
from ..commands import lines
from ..commands.lines import Answer
from .attempts import KeyReader, text_of, values_of

VERSION: t.Final = RegistryKey(path=r"SOFTWARE\Microsoft\Windows NT\CurrentVersion")
_PRODUCT: t.Final = RegistryKey(path=r"SYSTEM\CurrentControlSet\Control\ProductOptions")
_PRODUCT_TYPE: t.Final = "ProductType"
_NETWORK: t.Final = RegistryKey(path=r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters")
_POLICY_RUN: t.Final = RegistryKey(path=r"SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy\History")

KEYS: t.Final = (VERSION, _NETWORK, _POLICY_RUN)
"""What is read of the registry as a whole."""

SINGLE: t.Final = ((_PRODUCT, _PRODUCT_TYPE),)
"""What is read as one value: what else is in that key is long, and of no interest."""

STEPS: t.Final = (
    lines.tell("root", "SystemRoot"),
    lines.tell("name", "COMPUTERNAME"),
    lines.existence("msra", r"%SystemRoot%\System32\msra.exe"),
    # This folder is there for 32-bit programs alone (Microsoft, "File System Redirector").
    lines.existence("narrow", r"%SystemRoot%\Sysnative\reg.exe"),
)
"""What is told beside the registry."""

# ProductType of the registry, the counterpart of the number in Win32_OperatingSystem.
_KINDS: t.Final = {"winnt": CLIENT, "servernt": SERVER, "lanmannt": DOMAIN_CONTROLLER}
# The registry of Windows 11 goes on saying "Windows 10".
_FIRST_BUILD_OF_11: t.Final = 22000

_VERSION_VALUES: t.Final = ("ProductName", "CurrentBuild", "CurrentBuildNumber", "EditionID", "InstallationType")


def read_system(registry: KeyReader, answer: Answer) -> OperatingSystem:
    """Return what Windows it is.

    Raises:
        HostError: It does not say, or its reg.exe shows another registry.
    """
    doing = f"reading {VERSION}"
    demand_whole(answer, doing)
    version = values_of(registry, VERSION.path, *_VERSION_VALUES)
    build = text_of(version, "CurrentBuild") or text_of(version, "CurrentBuildNumber")
    kind = _kind(registry)
    if kind is None or not (build.isascii() and build.isdigit()):
        raise HostError(doing=doing, reason="the host does not say which Windows it is")
    installation = text_of(version, "InstallationType")
    return OperatingSystem(
        caption=_caption(version, int(build), kind),
        build=int(build),
        kind=kind,
        edition=text_of(version, "EditionID"),
        is_core=installation.lower() == "server core" if installation else None,
        windows_folder=_told(answer, "root") or WINDOWS_FOLDER,
    )


def read_membership(registry: KeyReader, answer: Answer) -> Membership:
    """Return whether the host belongs to a domain, as far as the registry tells.

    A domain controller says so. Of other hosts there is no value that tells: the domain of the last run of Group Policy
    stays behind when a computer leaves it, and the DNS suffix can be anything. Where both agree, it is a member.

    Raises:
        HostError: One of the keys may not be read.
    """
    computer = _told(answer, "name")
    network = values_of(registry, _NETWORK.path, "Domain", "NV Domain")
    suffixes = [text for text in (text_of(network, "Domain"), text_of(network, "NV Domain")) if text]
    if _kind(registry) == DOMAIN_CONTROLLER:
        return Membership(is_member=True, domain=suffixes[0] if suffixes else "", computer=computer)
    domain = text_of(values_of(registry, _POLICY_RUN.path, "MachineDomain"), "MachineDomain")
    if domain and domain.lower() in (suffix.lower() for suffix in suffixes):
        return Membership(is_member=True, domain=domain, computer=computer)
    return Membership(is_member=None, computer=computer)


def read_feature(answer: Answer) -> bool:
    """Return whether Remote Assistance is there: its program msra.exe.

    Raises:
        HostError: That cannot be told.
    """
    doing = "looking for msra.exe"
    demand_whole(answer, doing)
    there = answer.said("msra")
    if there is None:
        raise HostError(doing=doing, reason="the host does not say whether it is there")
    return there


def demand_whole(answer: Answer, doing: str) -> None:
    """Refuse a host whose sshd is a 32-bit program: files and keys of 64-bit Windows are hidden from it.

    Raises:
        HostError: It is one, or that cannot be told.
    """
    if answer.said("narrow") is not False:
        raise HostError(doing=doing, reason="the host's sshd is a 32-bit program, which is not shown all of Windows")


def _kind(registry: KeyReader) -> str | None:
    return _KINDS.get(text_of(values_of(registry, _PRODUCT.path, _PRODUCT_TYPE), _PRODUCT_TYPE).lower())


def _caption(version: KeyState, build: int, kind: str) -> str:
    name = text_of(version, "ProductName").strip()
    return name.replace("Windows 10", "Windows 11", 1) if kind == CLIENT and build >= _FIRST_BUILD_OF_11 else name


def _told(answer: Answer, label: str) -> str:
    """Return what a variable holds; an empty text where it is not set, or holds more than ASCII."""
    text = answer.texts.get(label, b"").decode("ascii", "replace")
    return "" if "%" in text or "\ufffd" in text else text
