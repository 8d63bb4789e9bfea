# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The connections of one run to one domain controller, and what they cost.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import contextlib
import typing as t

from .._registry.errors import HostError
from .controllers import open_directory
from .directory import Directory
from .directory_options import DirectoryOptions
from .domain_request import Figures
from .gpo_writer import GpoWriter
from .ldap_client import LdapClient
from .sysvol import Sysvol


class Ways:
    """The ways to the two places of a domain's GPOs.

    Args:
        options: How to reach them.
        lock_timeout: Seconds to wait for somebody else who edits a GPO.

    Attributes:
        directory: The directory.
        sysvol: The share on the same controller.
    """

    def __init__(self, options: DirectoryOptions, *, lock_timeout: float) -> None:
        self._options = options
        self._lock_timeout = lock_timeout
        self._earlier = 0
        self.directory = open_directory(options)
        try:
            self.sysvol = Sysvol(self.directory, options, lock_timeout=lock_timeout)
        except BaseException:
            self.directory.client.close()
            raise

    def __enter__(self) -> t.Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def writer(self) -> GpoWriter:
        """What writes to the directory."""
        return GpoWriter(self.directory)

    def reopen(self) -> None:
        """Replace connections that may be lost by fresh ones, to the same controller.

        Raises:
            HostUnreachable: It cannot be reached any more.
        """
        client = self.directory.client
        self._earlier += client.requests
        client.close()
        self.sysvol.session.drop()
        self.directory = Directory(LdapClient.connect(self._options, client.host))

    def figures(self) -> Figures:
        """Return what was done so far."""
        client, facts = self.directory.client, self.sysvol.session.facts
        domain = ""
        with contextlib.suppress(HostError):
            domain = self.directory.facts.domain
        return Figures(
            controller=client.host,
            domain=domain,
            ldap_messages=self._earlier + client.requests,
            smb_messages=self.sysvol.session.requests,
            ldap_protocol=client.logon.protocol,
            ldap_protection=client.logon.protection,
            smb_protocol=facts.auth if facts else "",
            smb_dialect=facts.dialect if facts else "",
            smb_encrypted=bool(facts and facts.encrypted),
        )

    def close(self) -> None:
        """End both connections; never raises."""
        self.sysvol.session.close()
        self.directory.client.close()
