# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The directory of a domain, as far as Group Policy is concerned: what is where.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

try:
    import sansldap
except ImportError:  # said at use, see ldap_conversation
    sansldap = None

from .._registry.errors import HostError
from .distinguished_name import domain_of, normal, parent
from .gpo_object import GPO_ATTRIBUTES, TARGET_ATTRIBUTES, GpoObject, LinkTarget, allows, canonical_guid
from .ldap_client import LdapClient
from .ldap_errors import ReadOnlyController
from .ldap_query import Entry

# MS-ADTS 3.1.1.3.4.3: a controller that announces this writes nothing itself.
_READ_ONLY_CAPABILITY: t.Final = b"1.2.840.113556.1.4.1920"
_ROOT: t.Final = ("defaultNamingContext", "configurationNamingContext", "dnsHostName", "supportedCapabilities")


@dataclass(frozen=True, kw_only=True, slots=True)
class DirectoryFacts:
    """What a domain controller says about itself.

    Attributes:
        base: Name of the domain's object.
        configuration: Name of the forest's configuration.
        domain: DNS name of the domain.
        host: DNS name of this controller.
        read_only: It writes nothing.
    """

    base: str
    configuration: str
    domain: str
    host: str
    read_only: bool


class Directory:
    """Reads what Group Policy keeps in the directory.

    Args:
        client: A logged-on connection.

    Attributes:
        client: The same.
    """

    def __init__(self, client: LdapClient) -> None:
        self.client = client
        self._facts: DirectoryFacts | None = None

    @property
    def facts(self) -> DirectoryFacts:
        """What the controller says about itself; asked once.

        Raises:
            HostError: It is no domain controller of Active Directory.
        """
        if self._facts is None:
            root = self.client.read("", _ROOT)
            base = root.text("defaultNamingContext") if root else ""
            if root is None or not base:
                advice = "Set server to a domain controller"
                reason = "this server is no domain controller of Active Directory"
                raise HostError(doing=f"asking {self.client.host}", reason=reason, advice=advice)
            self._facts = DirectoryFacts(
                base=base,
                configuration=root.text("configurationNamingContext"),
                domain=domain_of(base),
                host=root.text("dnsHostName"),
                read_only=_READ_ONLY_CAPABILITY in root.values("supportedCapabilities"),
            )
        return self._facts

    def require_writable(self) -> None:
        """Fail early on a controller that writes nothing.

        Raises:
            ReadOnlyController: It names the PDC emulator.
        """
        if self.facts.read_only:
            advice = f"Set server to the PDC emulator, {self.pdc()}, or leave it out"
            reason = "it is a read-only domain controller"
            raise ReadOnlyController(doing=f"preparing changes on {self.facts.host}", reason=reason, advice=advice)

    @property
    def policies(self) -> str:
        """Name of the container of all GPOs."""
        return f"CN=Policies,CN=System,{self.facts.base}"

    @property
    def sites(self) -> str:
        """Name of the container of all sites."""
        return f"CN=Sites,{self.facts.configuration}"

    def pdc(self) -> str:
        """Return the DNS name of the PDC emulator, where everybody edits GPOs (MS-GPOL 3.3.1).

        Raises:
            HostError: The directory names none; the role may have been left with a controller that is gone.
        """
        doing = "looking for the PDC emulator"
        role = self.client.read(self.facts.base, ("fSMORoleOwner",))
        owner = role.text("fSMORoleOwner") if role else ""
        server = self.client.read(parent(owner), ("dNSHostName",)) if owner else None
        name = server.text("dNSHostName") if server else ""
        if not name:
            advice = "Move the role to a living controller, or set server"
            raise HostError(doing=doing, reason=f"its owner {owner or '(none)'} has no DNS name", advice=advice)
        return name

    # -- GPOs -------------------------------------------------------------------------------------

    def gpo(self, guid: str) -> GpoObject | None:
        """Return the GPO of a GUID, or None if it is not there or may not be seen."""
        entry = self.client.read(self.gpo_dn(guid), GPO_ATTRIBUTES)
        return None if entry is None else GpoObject.from_entry(entry)

    def gpos_named(self, name: str) -> tuple[GpoObject, ...]:
        """Return every GPO of a name; names are not unique, and cases do not differ."""
        return self._gpos(sansldap.FilterEquality("displayName", name.encode()))

    def gpos(self) -> tuple[GpoObject, ...]:
        """Return every GPO of the domain that the account may see."""
        return self._gpos(sansldap.FilterPresent("cn"))

    def gpo_dn(self, guid: str) -> str:
        """Return the name of a GPO's object.

        Raises:
            ValueError: It is no GUID.
        """
        canonical = canonical_guid(guid)
        if not canonical:
            raise ValueError(f"{guid!r} is no GUID")
        return f"CN={canonical},{self.policies}"

    def may_create(self) -> bool:
        """Return whether the account may add a GPO's object."""
        entry = self.client.read(self.policies, ("allowedChildClassesEffective",))
        return entry is not None and b"grouppolicycontainer" in {
            value.lower() for value in entry.values("allowedChildClassesEffective")
        }

    def children(self, gpo: GpoObject) -> tuple[str, ...]:
        """Return the common names of what is directly below a GPO's object; it should be Machine and User."""
        found = self.client.search(gpo.dn, sansldap.FilterPresent("objectClass"), ("cn",), scope="one")
        return tuple(entry.text("cn") for entry in found)

    def _gpos(self, wanted: t.Any) -> tuple[GpoObject, ...]:
        of_class = sansldap.FilterEquality("objectClass", b"groupPolicyContainer")
        both = sansldap.FilterAnd(filters=[of_class, wanted])
        found = self.client.search(self.policies, both, GPO_ATTRIBUTES, scope="one")
        return tuple(sorted(map(GpoObject.from_entry, found), key=lambda gpo: (gpo.name.lower(), gpo.guid)))

    # -- links ------------------------------------------------------------------------------------

    def target(self, dn: str) -> LinkTarget | None:
        """Return what GPOs are linked to, or None if it is not there or may not be seen."""
        entry = self.client.read(dn, TARGET_ATTRIBUTES)
        return None if entry is None else LinkTarget.from_entry(entry)

    def targets_of(self, gpo: GpoObject) -> tuple[LinkTarget, ...]:
        """Return everything that a GPO is linked to in its domain and in the forest's sites."""
        wanted = sansldap.FilterSubstrings("gPLink", initial=None, any=[gpo.guid.encode()], final=None)
        entries: list[Entry] = []
        for base in (self.facts.base, self.sites):
            entries += self.client.search(base, wanted, TARGET_ATTRIBUTES)
        found = (LinkTarget.from_entry(entry) for entry in entries)
        # The GUID alone may also stand in the link of another domain's GPO.
        return tuple(
            sorted((target for target in found if target.links.find(gpo.dn)), key=lambda target: normal(target.dn))
        )

    def may_write(self, dn: str, attribute: str) -> bool:
        """Return whether the account may change an attribute of an object."""
        entry = self.client.read(dn, ("allowedAttributesEffective",))
        return entry is not None and allows(entry, attribute)
