# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request after another on an LDAP stream, each with the answers that belong to it.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterator

try:
    import sansldap
    import sansldap.asn1

    _LIBRARY_ERRORS: tuple[type[Exception], ...] = (
        sansldap.LDAPError,
        sansldap.asn1.NotEnougData,
        ValueError,
        LookupError,
        TypeError,
        OverflowError,
    )
except ImportError:
    sansldap = None
    _LIBRARY_ERRORS = ()

from .._registry.errors import FormatError, UnsupportedConnection
from .ldap_ber import WHAT
from .ldap_errors import server_words
from .ldap_operations import Answer, read_answer
from .ldap_stream import LdapStream

# Numbers of the requests that the library does not know; its own start at 1.
_FIRST_OWN_NUMBER: t.Final = 0x40000000


def need_library() -> None:
    """Fail if the library for LDAP messages is missing.

    Raises:
        UnsupportedConnection: With the command that installs it.
    """
    if sansldap is None:
        raise UnsupportedConnection("domain GPOs need the Python library sansldap: pip install sansldap")


class Conversation:
    """Requests and answers on one stream.

    Args:
        stream: The stream.
    """

    def __init__(self, stream: LdapStream) -> None:
        self.stream = stream
        self._session: t.Any = sansldap.LDAPClient()
        self._number = _FIRST_OWN_NUMBER

    def ask(self, doing: str, build: Callable[[t.Any], int]) -> Iterator[t.Any]:
        """Send a request that the library knows, and yield its answers as they come; the caller knows the last one.

        Args:
            doing: What is being done, for errors.
            build: Makes the request in the library's session and returns its number.
        """
        self.stream.begin(doing)
        number = build(self._session)
        self.stream.send(self._session.data_to_send())
        while True:
            message = self._opened(self.stream.receive())
            if message.message_id != number:
                reason = f"it answers request {message.message_id}, and {number} was sent"
                raise self.stream.broken(FormatError(what=WHAT, reason=reason, offset=0))
            yield message

    def change(self, doing: str, build: Callable[[int], bytes]) -> Answer:
        """Send one of our own requests and return its answer.

        Args:
            doing: What is being done, for errors.
            build: Makes the message from its number.
        """
        self.stream.begin(doing, changes=True)
        self._number += 1
        self.stream.send(build(self._number))
        message = self.stream.receive()
        try:
            answer = read_answer(message, number=self._number)
        except FormatError as error:
            raise self.stream.broken(error) from error
        if answer is None:
            self._opened(message)
            reason = "it answers no change, and one was sent"
            raise self.stream.broken(FormatError(what=WHAT, reason=reason, offset=0))
        self.stream.settled()
        return answer

    def _opened(self, message: bytes) -> t.Any:
        """Return the library's object for one whole message."""
        try:
            found = self._session.receive(message)
        except _LIBRARY_ERRORS as error:
            reason = server_words(str(error)) or type(error).__name__
            raise self.stream.broken(FormatError(what=WHAT, reason=reason, offset=0)) from error
        if len(found) != 1:
            reason = "a part is shorter than it says"
            raise self.stream.broken(FormatError(what=WHAT, reason=reason, offset=0))
        return found[0]
