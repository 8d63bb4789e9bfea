# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What codes, fault names, HTTP status numbers and broken connections mean here, and what a user can do about them.

Sources: winerror.h, wbemcli.h and wsman's error list for the numbers; for what StdRegProv returns, the programs that
drive it over WS-Management (see the documentation of the channel). Numbers that are not here are shown in hex.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass
from types import MappingProxyType

from ..._registry.errors import AccessDenied, HostError


@dataclass(frozen=True, kw_only=True, slots=True)
class Meaning:
    """Words for one code.

    Attributes:
        reason: What it means.
        advice: What to do about it, or empty.
        error: Which error it becomes.
    """

    reason: str
    advice: str = ""
    error: type[HostError] = HostError


class NotOffered(HostError):
    """The host's WMI does not have the namespace, the class or the property that is asked for."""


WRONG_TYPE: t.Final = 0x80041005
ABSENT_KEY: t.Final = 2
# A Get* of an absent value returns 1, one in an absent key 2; a DeleteValue of an absent value returns 2.
ABSENT_VALUE: t.Final = frozenset({1, 2})

_ADMINISTRATOR: t.Final = "Let the connection use an account of the host's local group Administrators"
DENIED: t.Final = Meaning(
    reason="access denied",
    advice=f"{_ADMINISTRATOR}; a security product or the key's own permissions can refuse it as well",
    error=AccessDenied,
)
_TIMEOUT: t.Final = Meaning(
    reason="the host did not finish the operation in time",
    advice="WMI on the host may be overloaded or stuck; its service is called Winmgmt",
)
_TOO_LARGE: t.Final = Meaning(
    reason="the message would be larger than the host allows",
    advice='Raise MaxEnvelopeSizekb on the host (winrm set winrm/config @{MaxEnvelopeSizekb="1000"}), or use a group '
    "instead of many single helpers",
)
NO_STDREGPROV: t.Final = Meaning(
    reason="the host's WMI does not offer StdRegProv in root/default",
    advice="Repair WMI on the host (winmgmt /verifyrepository; mofcomp regevent.mof), or use an ssh connection",
)
# One code stands for every query that cannot be processed: "the specified class does not exist" is its usual text.
NOT_OFFERED: t.Final = Meaning(
    reason="the host's WMI does not have this namespace, class or property", error=NotOffered
)
_QUOTA: t.Final = Meaning(
    reason="a quota of the host's WinRM service is used up",
    advice="Wait for other sessions of this account to end, or raise the quota (winrm get winrm/config/service)",
)
_REJECTED: t.Final = Meaning(
    reason="the host does not understand the request",
    advice="Supported are Windows 10, 11 and Server 2016 and later; please report it with the Windows version",
)
_WMI: t.Final = Meaning(
    reason="WMI on the host failed", advice="The host's event log (Microsoft-Windows-WMI-Activity) tells more"
)

CODES: t.Final[t.Mapping[int, Meaning]] = MappingProxyType(
    {
        1: Meaning(reason="there is no such value"),
        2: Meaning(reason="there is no such key or value"),
        5: DENIED,
        6: Meaning(reason="StdRegProv does not accept the key (invalid handle)"),
        8: Meaning(reason="the host is out of memory"),
        14: Meaning(reason="the host is out of memory"),
        87: Meaning(reason="StdRegProv does not accept a parameter"),
        234: Meaning(reason="the data are larger than StdRegProv returns"),
        1018: Meaning(reason="the key has just been deleted by someone else", advice="Run it again"),
        1450: Meaning(reason="the host is out of resources"),
        0x80041001: _WMI,
        0x80041002: NO_STDREGPROV,
        0x80041003: DENIED,
        0x80041004: _WMI,
        WRONG_TYPE: Meaning(reason="the value has another type"),
        0x80041006: Meaning(reason="WMI on the host is out of memory"),
        0x80041008: Meaning(reason="StdRegProv does not accept a parameter"),
        0x8004100E: NO_STDREGPROV,
        0x80041010: NO_STDREGPROV,
        0x80070005: DENIED,
        0x8007000E: Meaning(reason="the host is out of memory"),
        0x80338000: NO_STDREGPROV,
        0x8033801A: NO_STDREGPROV,
        0x80338029: _TIMEOUT,
        0x80338041: _REJECTED,
        0x8033805B: _REJECTED,
        0x803381A5: _QUOTA,
        0x803381A6: _QUOTA,
    }
)

# The names of DSP0226's and WS-Addressing's faults; asked only where no code is known.
SUBCODES: t.Final[t.Mapping[str, Meaning]] = MappingProxyType(
    {
        "AccessDenied": DENIED,
        "TimedOut": _TIMEOUT,
        "EncodingLimit": _TOO_LARGE,
        "QuotaLimit": _QUOTA,
        "Concurrency": _QUOTA,
        "DestinationUnreachable": NO_STDREGPROV,
        "ActionNotSupported": _REJECTED,
        "UnsupportedFeature": _REJECTED,
        "InvalidSelectors": _REJECTED,
        "InvalidParameter": _REJECTED,
        "SchemaValidationError": _REJECTED,
        "MustUnderstand": _REJECTED,
    }
)

_ADDRESS: t.Final = "Check the host's address, port and path in the inventory (ansible_host, ansible_port)"

LOGON_REFUSED: t.Final = Meaning(
    reason="the host refuses the logon (HTTP 401)",
    advice="Wrong user name or password; or the account is not in the host's group Administrators and WinRM's RootSDDL "
    "does not admit it; or it is a local account whose rights User Account Control filters (registry value "
    "LocalAccountTokenFilterPolicy = 1, or use a domain account); or the host has this way to log on switched off "
    "(Basic is off by default: set ansible_winrm_transport or ansible_psrp_auth to ntlm, kerberos or negotiate); or, "
    "with Kerberos, the host's clock differs by more than five minutes, or its name is registered for another account "
    "than the host's (setspn -Q HTTP/<name> and HOST/<name>)",
)
# Windows refuses plain traffic with an empty 500 as long as AllowUnencrypted is false, which it should stay.
PLAIN_TRAFFIC: t.Final = Meaning(
    reason="the host refuses unencrypted messages (HTTP 500 without a word)",
    advice="Set ansible_winrm_transport to ntlm or kerberos and leave ansible_winrm_message_encryption at auto "
    "(for psrp: ansible_psrp_auth and ansible_psrp_message_encryption), or use https, port 5986",
)
DEAD_SESSION: t.Final = Meaning(
    reason="the host cannot decrypt the messages, also not over a fresh connection (HTTP 400 without a word)",
    advice="A proxy that shares connections breaks NTLM and Kerberos; connect directly or use https, port 5986",
)

STATUSES: t.Final[t.Mapping[int, Meaning]] = MappingProxyType(
    {
        403: Meaning(reason="the host forbids access (HTTP 403)", advice="Check WinRM's IPv4Filter and any proxy"),
        404: Meaning(reason="there is no WinRM service at this address (HTTP 404)", advice=_ADDRESS),
        405: Meaning(reason="there is no WinRM service at this address (HTTP 405)", advice=_ADDRESS),
        407: Meaning(
            reason="a proxy demands a logon (HTTP 407)",
            advice="Set ansible_winrm_proxy or ansible_psrp_proxy, or connect without a proxy",
        ),
        411: Meaning(reason="there is no WinRM service at this address (HTTP 411)", advice=_ADDRESS),
        413: _TOO_LARGE,
        502: Meaning(reason="a proxy cannot reach the host (HTTP 502)", advice=_ADDRESS),
        503: Meaning(
            reason="the host's WinRM service is not available (HTTP 503)",
            advice="Start the service WinRM on the host; a host that is just starting needs a moment",
        ),
        504: Meaning(reason="a proxy got no answer from the host (HTTP 504)", advice=_ADDRESS),
    }
)


class Trouble(enum.Enum):
    """Why no answer came."""

    NAME = "name"
    REFUSED = "refused"
    CERTIFICATE = "certificate"
    TLS = "tls"
    PROXY = "proxy"
    CONNECT_TIMEOUT = "connect_timeout"
    READ_TIMEOUT = "read_timeout"
    LOST = "lost"
    LOGON = "logon"
    SETTINGS = "settings"
    CONFUSED = "confused"


# The request cannot have reached the host's WinRM service.
# A failing logon or TLS is not among them: both can also strike when the answer is on its way.
NOT_SENT: t.Final = frozenset(
    {
        Trouble.NAME,
        Trouble.REFUSED,
        Trouble.CERTIFICATE,
        Trouble.PROXY,
        Trouble.CONNECT_TIMEOUT,
        Trouble.SETTINGS,
    }
)


_REACHABLE: t.Final = "Check that the host is up, that WinRM listens there and that a firewall admits it"
WORDINGS: t.Final[t.Mapping[Trouble, Meaning]] = MappingProxyType(
    {
        Trouble.NAME: Meaning(reason="the host's name cannot be resolved", advice="Check ansible_host and the DNS"),
        Trouble.REFUSED: Meaning(reason="the connection cannot be opened", advice=_REACHABLE),
        Trouble.CERTIFICATE: Meaning(
            reason="the host's TLS certificate is not trusted",
            advice="Give the host a certificate that the control node trusts, or name its authority with "
            "ansible_winrm_ca_trust_path or ansible_psrp_ca_cert",
        ),
        Trouble.TLS: Meaning(
            reason="TLS fails",
            advice="Check that port and scheme belong together: https is 5986, http is 5985",
        ),
        Trouble.PROXY: Meaning(
            reason="the proxy does not let the connection through",
            advice="Check ansible_winrm_proxy or ansible_psrp_proxy, HTTPS_PROXY and NO_PROXY on the control node",
        ),
        Trouble.CONNECT_TIMEOUT: Meaning(reason="no connection in time", advice=_REACHABLE),
        Trouble.READ_TIMEOUT: Meaning(
            reason="no answer in time",
            advice="Raise ansible_winrm_read_timeout_sec or ansible_psrp_read_timeout if the host is only slow",
        ),
        Trouble.LOST: Meaning(reason="the connection broke before the answer came", advice=_REACHABLE),
        Trouble.LOGON: Meaning(
            reason="the logon failed before the host could decide",
            advice="For Kerberos check the ticket (klist), the realm in the user name, the clock and that the host is "
            "addressed by its full name",
        ),
        Trouble.SETTINGS: Meaning(
            reason="the client library does not accept the inventory's settings",
            advice="Check the ansible_winrm_* or ansible_psrp_* variables of this host",
        ),
    }
)
