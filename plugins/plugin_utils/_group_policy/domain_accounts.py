# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""Users and groups of a domain by the names that helper lists use.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import difflib
import typing as t
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

try:
    import sansldap
except ImportError:  # said at use, see ldap_conversation
    sansldap = None

from .._registry.names import fold
from .directory import Directory
from .ldap_query import Entry

_ATTRIBUTES: t.Final = ("sAMAccountName", "userPrincipalName", "userAccountControl", "objectClass")
# MS-ADTS 2.2.16.
_ACCOUNT_DISABLED: t.Final = 0x0002
# Names in one search; a controller takes far more, but a filter is worked through one by one.
_AT_ONCE: t.Final = 50
_NEAREST: t.Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A user or group.

    Attributes:
        name: sAMAccountName.
        principal: userPrincipalName, or empty.
        kind: ``user``, ``group`` or ``computer``.
        disabled: It cannot log on.
    """

    name: str
    principal: str
    kind: t.Literal["user", "group", "computer"]
    disabled: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookup:
    """What the directory knows about one name.

    Attributes:
        asked: The name as it was asked for.
        account: The account; None if there is none.
        elsewhere: The name belongs to another domain, which was not asked.
        nearest: Names that are similar, if there is no such account.
    """

    asked: str
    account: Account | None = None
    elsewhere: bool = False
    nearest: tuple[str, ...] = ()


def look_up(directory: Directory, names: Iterable[str]) -> tuple[Lookup, ...]:
    r"""Look for names in the domain of a directory.

    Args:
        directory: The directory.
        names: ``DOMAIN\name``, ``name@suffix`` or bare names.

    Returns:
        One for each name, in the same order.

    Raises:
        HostError: The directory cannot be asked.
    """
    asked = tuple(names)
    own = {fold(word) for word in (_short_name(directory), directory.facts.domain)}
    forms = {name: _Form.of(name, own) for name in asked}
    here = [form for form in forms.values() if not form.elsewhere]
    known: dict[str, Account] = {}
    for start in range(0, len(here), _AT_ONCE):
        known |= _found(directory, here[start : start + _AT_ONCE])
    return tuple(_answer(directory, name, forms[name], known) for name in asked)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Form:
    """How a name is looked for: by its account name, by its principal name, or not at all."""

    account: str = ""
    principal: str = ""
    elsewhere: bool = False

    @classmethod
    def of(cls, name: str, own: set[str]) -> _Form:
        domain, backslash, account = name.partition("\\")
        if backslash:
            return cls(account=account) if fold(domain) in own else cls(elsewhere=True)
        account, at, suffix = name.rpartition("@")
        if not at:
            return cls(account=name)
        # A user without a principal name of its own has the one that follows from its account name.
        return cls(principal=name, account=account if fold(suffix) in own else "")


def _short_name(directory: Directory) -> str:
    """Return the domain's NetBIOS name (MS-ADTS 6.1.1.2.1.1)."""
    partitions = f"CN=Partitions,{directory.facts.configuration}"
    wanted = sansldap.FilterEquality("nCName", directory.facts.base.encode())
    found = directory.client.search(partitions, wanted, ("nETBIOSName",), scope="one")
    return next((entry.text("nETBIOSName") for entry in found if entry.text("nETBIOSName")), "")


def _found(directory: Directory, forms: Sequence[_Form]) -> dict[str, Account]:
    """Return accounts by their folded names of both kinds."""
    wanted = [sansldap.FilterEquality("sAMAccountName", form.account.encode()) for form in forms if form.account]
    wanted += [
        sansldap.FilterEquality("userPrincipalName", form.principal.encode()) for form in forms if form.principal
    ]
    if not wanted:
        return {}
    found = directory.client.search(directory.facts.base, sansldap.FilterOr(filters=wanted), _ATTRIBUTES)
    accounts = [_account(entry) for entry in found]
    by_name = {fold(account.name): account for account in accounts}
    return by_name | {fold(account.principal): account for account in accounts if account.principal}


def _account(entry: Entry) -> Account:
    classes = {value.lower() for value in entry.values("objectClass")}
    kind: t.Literal["user", "group", "computer"] = "group" if b"group" in classes else "user"
    return Account(
        name=entry.text("sAMAccountName"),
        principal=entry.text("userPrincipalName"),
        kind="computer" if b"computer" in classes else kind,
        disabled=bool((entry.number("userAccountControl") or 0) & _ACCOUNT_DISABLED),
    )


def _answer(directory: Directory, name: str, form: _Form, known: dict[str, Account]) -> Lookup:
    if form.elsewhere:
        return Lookup(asked=name, elsewhere=True)
    account = (form.principal and known.get(fold(form.principal))) or (form.account and known.get(fold(form.account)))
    if account:
        return Lookup(asked=name, account=account)
    return Lookup(asked=name, nearest=_nearest(directory, form.account or form.principal.partition("@")[0]))


def _nearest(directory: Directory, name: str) -> tuple[str, ...]:
    """Return account names that begin alike and are similar."""
    wanted = sansldap.FilterSubstrings("sAMAccountName", initial=name[:2].encode(), any=[], final=None)
    people = sansldap.FilterOr(filters=[sansldap.FilterEquality("objectClass", word) for word in (b"user", b"group")])
    found = directory.client.search(
        directory.facts.base, sansldap.FilterAnd(filters=[wanted, people]), ("sAMAccountName",)
    )
    spellings = {fold(entry.text("sAMAccountName")): entry.text("sAMAccountName") for entry in found}
    return tuple(spellings[close] for close in difflib.get_close_matches(fold(name), spellings, n=_NEAREST))
