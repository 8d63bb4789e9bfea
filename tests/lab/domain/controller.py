# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""One running domain controller."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from ..life import Running
from ..programs import program
from ..wine.processes import descendants, end, parents, with_variable
from .accounts import ADMINISTRATOR, Account
from .names import ADDRESSES, DNS_DOMAIN, FQDN, HOST, REALM, RELAYS
from .programs import DC, STATE, DomainError, run, unshared, with_state
from .relay import Relay
from .template import copy_template, settings

_START_SECONDS = 60.0
# Every process of a controller has it, with the controller's folder.
VARIABLE = "WINFLEET_LAB_DOMAIN"
_SETTINGS = DC / "etc" / "smb.conf"


class SambaDomain(Running):
    """A domain of one controller, from the template; a context manager.

    Several can run at the same time, each on a loopback address of its own; they are twins of the same domain.

    Args:
        gpos: Number of GPOs beside the two default ones; these have no folders.

    Attributes:
        address: The loopback address; LDAP, SMB, Kerberos and DNS are on their usual ports.
        fqdn: The controller's DNS name; it resolves in commands that are started by ``run`` only.
    """

    fqdn = FQDN

    def __init__(self, *, gpos: int = 0) -> None:
        self._gpos = gpos
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: socket.socket | None = None
        self.address = ""

    # -- life -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start from a fresh copy of the template, and return when a logon over SMB succeeds.

        Raises:
            DomainError: Samba does not come up; the end of its log is in the text.
        """
        self._lock, self.address = _free_address()
        # What a killed run left.
        shutil.rmtree(self.folder, ignore_errors=True)
        copy_template(self.folder, gpos=self._gpos)
        self._write_files()
        self._launch()

    def restart(self, **changes: str) -> None:
        """Stop, change settings of smb.conf's global section, and start with the state as it is."""
        self.stop()
        path = self.folder / "etc" / "smb.conf"
        more = "".join(f"\t{name.replace('_', ' ')} = {value}\n" for name, value in changes.items())
        path.write_text(settings(self.address).replace("[global]\n", f"[global]\n{more}", 1), encoding="ascii")
        self._launch()

    def stop(self) -> None:
        """End every process of the controller; the state stays."""
        if self._process is None:
            return
        # The first process of a namespace takes all others with it; unshare, its parent, then ends by itself.
        with contextlib.suppress(ValueError):
            end({self._first()})
        try:
            self._process.wait(timeout=5.0)
        except subprocess.TimeoutExpired:
            end({*descendants(self._process.pid), self._process.pid})
            self._process.wait()
        self._process = None

    def close(self) -> None:
        """End every process of the controller, remove its state, and free its address."""
        self.stop()
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def pause(self) -> None:
        """Let the controller stop answering; connections stay."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused controller go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            for process in descendants(self._process.pid):
                os.kill(process, number)

    # -- where things are -------------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        """The controller's state."""
        return STATE / f"run-{self.address}"

    @property
    def ca(self) -> Path:
        """The authority's certificate as PEM."""
        return self.folder / "tls" / "ca.pem"

    @property
    def krb5_config(self) -> Path:
        """A krb5.conf for the variable KRB5_CONFIG."""
        return self.folder / "etc" / "krb5.conf"

    @property
    def sysvol(self) -> Path:
        """The domain's folder in the share sysvol."""
        return self.folder / "state" / "sysvol" / DNS_DOMAIN

    @property
    def processes(self) -> set[int]:
        """The living processes of this controller."""
        return with_variable(VARIABLE, str(self.folder))

    def relay(self, listen: str = "") -> Relay:
        """Return a relay before this controller; a context manager.

        Args:
            listen: A loopback address that is not in the controller's certificate and service names; empty for one
                that is.
        """
        return Relay(self.address, listen or RELAYS[ADDRESSES.index(self.address)])

    # -- commands in the domain -------------------------------------------------------------------

    @property
    def environment(self) -> dict[str, str]:
        """Variables that a Kerberos client needs; its tickets stay in the lab's folder."""
        return {"KRB5_CONFIG": str(self.krb5_config), "KRB5CCNAME": f"FILE:{self.folder}/ccache"}

    def inside(self, *words: str | Path) -> list[str]:
        """Return the command that runs where the domain's names resolve and Samba's own settings are found."""
        assert self._process is not None
        enter = [program("nsenter"), "--target", str(self._first()), "--mount", "--pid", f"--wdns={Path.cwd()}", "--"]
        return [*enter, *(str(word) for word in words)]

    def run(self, *words: str | Path, environment: Mapping[str, str] | None = None, text: str = "") -> str:
        """Run a command where the domain's names resolve, and return what it printed.

        Raises:
            DomainError: It failed.
        """
        return run(*self.inside(*words), environment={**self.environment, **(environment or {})}, text=text)

    def samba_tool(self, *words: str, account: Account = ADMINISTRATOR) -> str:
        """Run samba-tool over the network as an account."""
        there = ["-H", f"ldap://{FQDN}", f"-U{account.down_level}%{account.password}", f"--configfile={_SETTINGS}"]
        return self.run(program("samba-tool"), *words, *there)

    def smbclient(self, *commands: str, account: Account = ADMINISTRATOR, share: str = "sysvol") -> str:
        """Run smbclient as an account.

        Raises:
            DomainError: A command failed; smbclient's own exit code does not tell that of every command.
        """
        logon = f"-U{account.down_level}%{account.password}"
        script = ";".join(commands)
        said = self.run(program("smbclient"), f"--configfile={_SETTINGS}", f"//{FQDN}/{share}", logon, "-c", script)
        if "NT_STATUS_" in said:
            raise DomainError(f"smbclient as {account.name}: {said.strip()}")
        return said

    def kinit(self, account: Account, *, lifetime: str = "1h") -> None:
        """Get a ticket into the lab's credential cache."""
        words = [program("kinit"), "-l", lifetime, account.principal]
        run(*words, environment=self.environment, text=f"{account.password}\n")

    def export_keytab(self, path: Path, account: Account) -> None:
        """Write a keytab with the keys of an account; its principals are those of the account."""
        inside = DC / "export.keytab"
        words = ["domain", "exportkeytab", str(inside), f"--principal={account.name}", f"--configfile={_SETTINGS}"]
        self.run(program("samba-tool"), *words)
        shutil.move(self.folder / "export.keytab", path)

    def _first(self) -> int:
        """Return the first process of the namespace; ValueError if it has ended."""
        assert self._process is not None
        unshare = self._process.pid
        return min(child for child, parent in parents().items() if parent == unshare)

    # -- parts ------------------------------------------------------------------------------------

    def _write_files(self) -> None:
        etc = self.folder / "etc"
        (etc / "smb.conf").write_text(settings(self.address), encoding="ascii")
        hosts = f"127.0.0.1 localhost\n{self.address} {FQDN} {HOST} {DNS_DOMAIN}\n"
        (etc / "hosts").write_text(hosts, encoding="ascii")
        (etc / "resolv.conf").write_text(f"search {DNS_DOMAIN}\nnameserver {self.address}\n", encoding="ascii")
        self.krb5_config.write_text(krb5_config(self.address), encoding="ascii")

    def _launch(self) -> None:
        etc = self.folder / "etc"
        files = {f"/etc/{name}": etc / name for name in ("hosts", "resolv.conf", "krb5.conf")}
        samba = [program("samba"), "-i", "-M", "single", f"--configfile={_SETTINGS}", "--debug-stdout"]
        # The kernel ends it with the thread that started it: only the main one lives as long as the process.
        guarded = threading.current_thread() is threading.main_thread()
        with (self.folder / "log" / "output").open("ab") as output:
            self._process = subprocess.Popen(
                [*unshared(dies_with_parent=guarded), *with_state(self.folder, samba, files)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, VARIABLE: str(self.folder)},
                start_new_session=True,
            )
        self._wait()

    def _wait(self) -> None:
        """Wait for a logon over SMB: for a second after its ports are open, the controller refuses every logon."""
        assert self._process is not None
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                with socket.create_connection((self.address, 445), timeout=2):
                    self.smbclient("exit")
            except (OSError, ValueError, DomainError) as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    said = (self.folder / "log" / "output").read_text(errors="replace")[-3000:]
                    raise DomainError(f"the domain controller does not start: {error}\n{said}") from error
            else:
                return
            time.sleep(0.05)


def krb5_config(address: str, *, more: str = "") -> str:
    """Return a krb5.conf that finds the realm on an address, without DNS."""
    return (
        f"[libdefaults]\n default_realm = {REALM}\n dns_lookup_kdc = false\n dns_lookup_realm = false\n"
        f" dns_canonicalize_hostname = false\n rdns = false\n udp_preference_limit = 1\n{more}"
        f"[realms]\n {REALM} = {{\n  kdc = {address}\n  admin_server = {address}\n }}\n"
        f"[domain_realm]\n .{DNS_DOMAIN} = {REALM}\n {DNS_DOMAIN} = {REALM}\n"
    )


def _free_address() -> tuple[socket.socket, str]:
    """Return an address that no other lab on this machine uses, and what holds it: the kernel frees it at our end."""
    for address in ADDRESSES:
        lock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            lock.bind(f"\0winfleet-lab-domain-{address}")
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, 445))
        except OSError:
            lock.close()
            continue
        return lock, address
    raise DomainError(f"all of {ADDRESSES[0]} to {ADDRESSES[-1]} are in use")
