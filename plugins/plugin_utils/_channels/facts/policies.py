# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who sends policies to a host: RSoP, the list of applied GPOs, device management.

RSoP is a log in WMI of what the registry part of Group Policy sent when it last ran. Device management keeps its own
account below PolicyManager. All of it is read, nothing is ever written.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import re
import typing as t
from datetime import UTC, datetime, timedelta

from ..._formats.registry_data import from_raw
from ..._policy.catalogue import DISABLED, ENABLED, HELPER_KEY, POLICY_KEY
from ..._policy.host_facts import LOCAL_GPO, AppliedGpo, Mdm, MdmSetting, PolicyRow, Rsop, Unread
from ..._registry.errors import AccessDenied, HostError, HostUnreachable
from ..._registry.model import RegistryKey, ValueType
from ..wsman.answer import unusable
from ..wsman.enumerate import select
from ..wsman.exchange import Exchange
from ..wsman.items import Item
from .attempts import KeyReader, attempt, number_of, rows, text_of, values_of

REGISTRY_EXTENSION: t.Final = "{35378EAC-683F-11D2-A89A-00C04FBBCFA2}"
"""The part of Group Policy that writes registry values, called a client-side extension."""

_RSOP: t.Final = "root/rsop/computer"
_GROUP_POLICY: t.Final = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy"
HISTORY: t.Final = RegistryKey(path=rf"{_GROUP_POLICY}\History\{REGISTRY_EXTENSION}")
"""One key below it for each GPO that was applied; display names are in any alphabet."""

_LAST_RUN: t.Final = rf"{_GROUP_POLICY}\State\Machine\Extension-List\{REGISTRY_EXTENSION}"
_POLICY_MANAGER: t.Final = r"SOFTWARE\Microsoft\PolicyManager"
_CURRENT: t.Final = rf"{_POLICY_MANAGER}\current\device"
_SYSTEM_POLICIES: t.Final = r"SOFTWARE\Policies\Microsoft\Windows\System"

_MOST_GPOS: t.Final = 64
_GUID: t.Final = re.compile(r"\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}", re.ASCII | re.IGNORECASE)
_EPOCH: t.Final = datetime(1601, 1, 1, tzinfo=UTC)

# Area and setting of device management by the catalogue's word for the policy (Microsoft's Policy CSP).
_MDM_SETTINGS: t.Final[t.Mapping[str, t.Mapping[str, str]]] = {
    "RemoteAssistance": {
        "solicited": "SolicitedRemoteAssistance",
        "offer": "UnsolicitedRemoteAssistance",
        "session_logging": "SessionLogging",
        "warning_messages": "CustomizeWarningMessages",
    },
    "ADMX_RemoteAssistance": {
        "encrypted_tickets_only": "RA_EncryptedTicketOnly",
        "bandwidth_optimization": "RA_Optimize_Bandwidth",
    },
}

KEYS: t.Final = (
    RegistryKey(path=_LAST_RUN),
    RegistryKey(path=_SYSTEM_POLICIES),
    *(RegistryKey(path=rf"{_CURRENT}\{area}") for area in ("ControlPolicyConflict", *_MDM_SETTINGS)),
)
"""What is read of policies beside HISTORY: numbers and plain texts."""


def read_rsop(exchange: Exchange, registry: KeyReader) -> Rsop | Unread:
    """Return what the host logged of the policies that it applied last."""
    switch = attempt(lambda: number_of(values_of(registry, _SYSTEM_POLICIES, "RSoPLogging"), "RSoPLogging"))
    if switch == 0:
        return Unread(why="this host does not log its policies (RSoPLogging is 0)")
    return attempt(lambda: _rsop(exchange))


def read_local_gpo_off(registry: KeyReader) -> bool | Unread:
    """Return True if a policy keeps the host from processing its local GPO."""
    name = "DisableLGPOProcessing"
    return attempt(lambda: number_of(values_of(registry, _SYSTEM_POLICIES, name), name) == 1)


def read_applied(registry: KeyReader) -> tuple[AppliedGpo, ...] | Unread:
    """Return the GPOs with registry policies that were applied last, the winner last; none if there never were any."""
    return attempt(lambda: _applied(registry))


def read_refreshed(registry: KeyReader) -> datetime | None:
    """Return when the registry part of Group Policy last ran by the registry, or None where that is not known."""
    values = attempt(lambda: values_of(registry, _LAST_RUN, "EndTimeLo", "EndTimeHi"))
    if isinstance(values, Unread):
        return None
    low, high = number_of(values, "EndTimeLo"), number_of(values, "EndTimeHi")
    if low is None or high is None or not (low or high):
        return None
    try:
        return _EPOCH + timedelta(microseconds=(high << 32 | low) // 10)
    except OverflowError:
        return None


def read_mdm(registry: KeyReader) -> Mdm | Unread:
    """Return what device management sets."""
    return attempt(lambda: mdm_in(registry))


def mdm_keys(registry: KeyReader) -> tuple[RegistryKey, ...]:
    """Return the keys that ``read_mdm`` reads beside KEYS; what the enrollments are called stands in KEYS."""
    found: dict[RegistryKey, None] = {}
    for area, names in _MDM_SETTINGS.items():
        winners = [f"{name}_WinningProvider" for name in names.values()]
        current = values_of(registry, rf"{_CURRENT}\{area}", *winners)
        found |= dict.fromkeys(key for winner in winners for key in _provider_keys(text_of(current, winner), area))
    return tuple(found)


def gpo_id(text: str) -> str:
    """Return the GUID in a GPO's path or name, in capitals; LOCAL_GPO for the local one; else the text itself."""
    if text.strip().lower() == LOCAL_GPO.lower():
        return LOCAL_GPO
    match = _GUID.search(text)
    return match[0].upper() if match else text


def _container(text: str) -> str:
    """Return the distinguished name of a container, or an empty text for the local GPO's."""
    plain = text.strip()
    if plain.lower().startswith("ldap://"):
        plain = plain[len("ldap://") :]
    return "" if plain.lower() == "local" else plain


def _rsop(exchange: Exchange) -> Rsop:
    found = [row for item in _settings(exchange) if (row := _row(item)) is not None]
    gpos = rows(exchange, _RSOP, select("id,name", "RSOP_GPO"), doing="reading the GPOs of RSoP")
    extensions = rows(
        exchange,
        _RSOP,
        select("extensionGuid,beginTime,endTime,error", "RSOP_ExtensionStatus"),
        doing="reading the last run of RSoP",
    )
    run = next((one for one in extensions if (one.text("extensionGuid") or "").upper() == REGISTRY_EXTENSION), None)
    return Rsop(
        rows=tuple(found),
        names={gpo_id(gpo.text("id") or ""): gpo.text("name") or "" for gpo in gpos},
        processed=(run.moment("endTime") or run.moment("beginTime")) if run else None,
        failed=bool(run and run.number("error")),
    )


def _settings(exchange: Exchange) -> tuple[Item, ...]:
    columns = "precedence,GPOID,SOMID,registryKey,valueName,valueType,value,deleted,creationTime"
    class_name = "RSOP_RegistryPolicySetting"
    keys = tuple(key.path.replace("SOFTWARE", "Software", 1) for key in (POLICY_KEY, HELPER_KEY))
    doing = "reading the settings of RSoP"
    try:
        return rows(exchange, _RSOP, select(columns, class_name, registryKey=keys), doing=doing)
    except (AccessDenied, HostUnreachable):
        raise
    except HostError:
        # Some providers do not take such a condition; all rows are a few hundred.
        return rows(exchange, _RSOP, select(columns, class_name), doing=doing)


def _row(item: Item) -> PolicyRow | None:
    precedence, name = item.number("precedence"), item.text("valueName") or ""
    kind, deleted = item.number("valueType"), bool(item.flag("deleted"))
    # Deletions bear the name that they have in Registry.pol, as far as is known.
    if name.lower().startswith("**del."):
        name, deleted = name[len("**del.") :], True
    if precedence is None or not name or name.startswith("**"):
        return None  # such as the row that says that the key itself was made
    raw = item.numbers("value")
    if kind is None or not 0 <= kind < 2**32 or any(not 0 <= byte <= 255 for byte in raw):
        raise unusable(item.doing, "a setting has no type, or data that are no bytes")
    return PolicyRow(
        precedence=precedence,
        gpo=gpo_id(item.text("GPOID") or ""),
        linked_at=_container(item.text("SOMID") or ""),
        key=(item.text("registryKey") or "").strip("\\"),
        name=name,
        value=None if deleted else from_raw(name, ValueType(kind), bytes(raw)),
        created=item.moment("creationTime"),
    )


def _applied(registry: KeyReader) -> tuple[AppliedGpo, ...]:
    names = [name for name in registry.keys(HISTORY) or () if re.fullmatch("[0-9a-fA-F]{1,8}", name)]
    if len(names) > _MOST_GPOS:
        raise unusable("reading the applied GPOs", f"it lists {len(names)} GPOs")
    return tuple(_applied_gpo(registry, name) for name in sorted(names, key=lambda name: int(name, 16)))


def _applied_gpo(registry: KeyReader, number: str) -> AppliedGpo:
    # By name: another value of these keys, lParam, has data that do not fit its type.
    values = values_of(registry, rf"{HISTORY.path}\{number}", "DSPath", "GPOName", "DisplayName", "Link")
    by_path, by_name = gpo_id(text_of(values, "DSPath")), gpo_id(text_of(values, "GPOName"))
    return AppliedGpo(
        # The name of the local GPO is translated, its path is not.
        gpo=by_name if by_path != LOCAL_GPO and _GUID.fullmatch(by_name) else by_path,
        name=text_of(values, "DisplayName"),
        linked_at=_container(text_of(values, "Link")),
    )


def mdm_in(registry: KeyReader) -> Mdm:
    """Return what device management sets; see ``read_mdm``.

    Raises:
        HostError: One of the keys cannot be read.
    """
    found: dict[str, MdmSetting] = {}
    for area, names in _MDM_SETTINGS.items():
        wanted = [f"{name}{end}" for name in names.values() for end in ("_ProviderSet", "_WinningProvider")]
        current = values_of(registry, rf"{_CURRENT}\{area}", *wanted)
        for policy, name in names.items():
            provider = text_of(current, f"{name}_WinningProvider")
            if number_of(current, f"{name}_ProviderSet") and provider:
                sent = _sent(registry, provider, area, name)
                if sent is not None:
                    found[policy] = MdmSetting(policy=policy, provider=provider, state=_state(sent))
    name = "MDMWinsOverGP"
    wins = bool(found) and number_of(values_of(registry, rf"{_CURRENT}\ControlPolicyConflict", name), name) == 1
    return Mdm(settings=found, wins_over_gpo=wins)


def _sent(registry: KeyReader, provider: str, area: str, name: str) -> str | None:
    """Return what the enrollment that won sends; None if it does not hold the setting any more."""
    for key in _provider_keys(provider, area):
        values = values_of(registry, key.path, name)
        if values.get(name) is not None:
            return text_of(values, name)
    return None


def _provider_keys(provider: str, area: str) -> tuple[RegistryKey, ...]:
    """Return where an enrollment keeps what it sends; its id is seen with and without braces."""
    plain = provider.strip("{}")
    spellings = (plain, f"{{{plain}}}") if plain else ()
    return tuple(RegistryKey(path=rf"{_POLICY_MANAGER}\Providers\{one}\default\Device\{area}") for one in spellings)


def _state(sent: str) -> str | None:
    word = sent.strip().lower()
    return DISABLED if word.startswith("<disabled") else ENABLED if word.startswith("<enabled") else None
