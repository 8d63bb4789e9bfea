# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory by LDAP: search, add, modify, delete; and the options of Active Directory that these need.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence

try:
    import sansldap
except ImportError:  # said at use, see need_library
    sansldap = None

from .._registry.errors import FormatError, HostError
from .directory_options import LDAP_PORT, DirectoryOptions
from .ldap_ber import WHAT
from .ldap_conversation import Conversation, need_library
from .ldap_errors import NO_SUCH_OBJECT, Refusal, refused
from .ldap_logon import Logon, log_on, secure
from .ldap_operations import Answer, Control, Modification, add_request, delete_request, modify_request
from .ldap_query import Entry, Query, Scope, entry_of
from .ldap_stream import LdapStream

_TREE_DELETE: t.Final = "1.2.840.113556.1.4.805"

_MAX_PAGES: t.Final = 2_000
_MAX_ENTRIES: t.Final = 100_000
_MAX_REFERRALS: t.Final = 1_000
_MAX_BYTES: t.Final = 256 * 1024 * 1024


class LdapClient:
    """A logged-on connection to one domain controller.

    Attributes:
        host: Its name or address, as it was given.
        logon: How the logon was done.
        referrals: Number of referrals to other servers that searches met and did not follow.
    """

    def __init__(self, conversation: Conversation, logon: Logon) -> None:
        self._conversation = conversation
        self.host = conversation.stream.host
        self.logon = logon
        self.referrals = 0

    @classmethod
    def connect(cls, options: DirectoryOptions, host: str = "") -> LdapClient:
        """Connect and log on.

        Args:
            options: How.
            host: The domain controller, instead of the options' server.

        Raises:
            HostUnreachable: No route, no answer, no trust, or no logon.
            UnsupportedConnection: A library is missing.
        """
        need_library()
        stream = LdapStream(host or options.server, options.ldap_port, options.connection_timeout)
        try:
            if options.tls_mode == "ldaps":
                stream.start_tls(options)
            conversation = Conversation(stream)
            if options.tls_mode == "start_tls":
                secure(conversation, options)
            return cls(conversation, log_on(conversation, options))
        except BaseException:
            stream.close()
            raise

    @property
    def requests(self) -> int:
        """Messages sent so far, those of the logon among them."""
        return self._conversation.stream.sent

    def close(self) -> None:
        """Close the connection; never raises."""
        self._conversation.stream.close()

    # -- reading ----------------------------------------------------------------------------------

    def read(self, dn: str, attributes: Sequence[str]) -> Entry | None:
        """Return one object, or None if it is not there or may not be seen.

        Args:
            dn: Its name; empty for the root DSE.
            attributes: What to read; ``nTSecurityDescriptor`` comes without SACL.
        """
        found = list(self._page(f"reading {dn or 'the root of the directory'}", Query(dn, "base", None, attributes)))
        return found[0] if found else None

    def search(
        self, base: str, wanted: t.Any, attributes: Sequence[str], *, scope: Scope = "subtree"
    ) -> tuple[Entry, ...]:
        """Return the objects that a filter finds, page by page.

        Args:
            base: Where to search.
            wanted: A filter of sansldap.
            attributes: What to read.
            scope: The objects below ``base``, all that are directly below, or ``base`` itself.

        Raises:
            HostError: The directory refuses, or answers without end.
        """
        doing = f"searching {base}"
        entries: list[Entry] = []
        cookie = b""
        for _page in range(_MAX_PAGES):
            query = Query(base, scope, wanted, attributes, cookie)
            entries += self._page(doing, query)
            if not query.next_cookie:
                return tuple(entries)
            cookie = query.next_cookie
        raise self._endless("a search without end")

    def _page(self, doing: str, query: Query) -> Iterator[Entry]:
        size = referrals = count = 0
        for message in self._conversation.ask(doing, query.request):
            if isinstance(message, sansldap.SearchResultEntry):
                entry = entry_of(message)
                count += 1
                size += sum(len(value) for values in entry.attributes.values() for value in values)
                if count > _MAX_ENTRIES or size > _MAX_BYTES:
                    raise self._endless("more than is believed")
                yield entry
            elif isinstance(message, sansldap.SearchResultReference):
                referrals += 1
                if referrals > _MAX_REFERRALS:
                    raise self._endless("referrals without end")
                self.referrals += 1
            elif isinstance(message, sansldap.SearchResultDone):
                query.done(message)
                result = message.result
                if (code := int(result.result_code)) and not (code == NO_SUCH_OBJECT and query.scope == "base"):
                    refusal = Refusal(
                        code=code, text=result.diagnostics_message, referrals=tuple(result.referrals or ())
                    )
                    raise refused(doing, refusal)
                return
            else:
                raise self._endless("an answer to something else")

    def _endless(self, reason: str) -> Exception:
        return self._conversation.stream.broken(FormatError(what=WHAT, reason=reason, offset=0))

    # -- writing ----------------------------------------------------------------------------------

    def add(self, dn: str, attributes: Mapping[str, Iterable[bytes]]) -> None:
        """Add an object.

        Raises:
            ObjectExists: There is one of this name.
            AccessDenied: The account may not.
        """
        doing = f"creating {dn}"
        _accepted(doing, self._conversation.change(doing, lambda number: add_request(number, dn, attributes, ())))

    def modify(self, dn: str, steps: Sequence[Modification]) -> None:
        """Change an object; all steps at once or none.

        Raises:
            NotAsExpected: A value to be deleted is not there: somebody else has changed it.
            AccessDenied: The account may not.
        """
        doing = f"changing {dn}"
        _accepted(doing, self._conversation.change(doing, lambda number: modify_request(number, dn, steps, ())))

    def delete(self, dn: str, *, tree: bool = False) -> None:
        """Delete an object, with ``tree`` also all that is below it.

        Raises:
            NoSuchObject: It is not there.
            AccessDenied: The account may not.
        """
        doing = f"deleting {dn}"
        controls = (Control(oid=_TREE_DELETE),) if tree else ()
        _accepted(doing, self._conversation.change(doing, lambda number: delete_request(number, dn, controls)))


def who_is(address: str, timeout: float) -> str:
    """Return the DNS name that a domain controller gives itself; nobody logs on for that.

    Raises:
        HostError: It does not answer, or is no domain controller.
    """
    need_library()
    stream = LdapStream(address, LDAP_PORT, timeout)
    try:
        conversation = Conversation(stream)
        query = Query("", "base", None, ("dnsHostName",))
        for message in conversation.ask("asking for its name", query.request):
            if isinstance(message, sansldap.SearchResultEntry) and (name := entry_of(message).text("dnsHostName")):
                return name
            if not isinstance(message, sansldap.SearchResultEntry):
                break
    finally:
        stream.close()
    raise HostError(doing=f"asking {address} for its name", reason="it is no domain controller")


def _accepted(doing: str, answer: Answer) -> None:
    if answer.code:
        raise refused(doing, Refusal(code=answer.code, text=answer.text, referrals=answer.referrals))
