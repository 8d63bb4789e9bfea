# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Command line: ``python -m tests.lab start --dir DIR``."""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from .domain import domain_available
from .domain.domain_lab import serve_domain
from .lab_dir import LabDir, LabError
from .lab_process import LabPlan, serve
from .seed_files import read_seed
from .wine.prefix import template
from .wine.programs import wine_available
from .wine.wine_lab import WinePlan, serve_wine

_DEFAULT_SEEDS = ("open_client", "domain_member", "compliant_server")
_STOP_SECONDS = 30.0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="python -m tests.lab", description="Stand-in Windows hosts on loopback.")
    commands = top.add_subparsers(dest="command", required=True)

    def command(name: str, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.add_argument("--dir", type=Path, required=True, help="the lab's folder")
        return added

    start = command("start", "Start the hosts in the background and write DIR/inventory.yml.")
    start.add_argument("--seeds", nargs="+", default=_DEFAULT_SEEDS, help="seed per host: a name or a .yml file")
    start.add_argument("--hosts", type=int, help="number of hosts; the seeds are used in turn")
    start.add_argument("--transport", choices=("http", "https"), default="http")
    start.add_argument("--connections", choices=("winrm", "psrp", "both"), default="winrm")
    start.add_argument("--fresh", action="store_true", help="forget the state of earlier runs")
    start.add_argument("--foreground", action="store_true", help="stay until interrupted")
    wine = command("wine-start", "Start Wine hosts, reached by ssh, in the background and write DIR/inventory.yml.")
    wine.add_argument("--seeds", nargs="+", default=_DEFAULT_SEEDS, help="seed per host: a name or a .yml file")
    wine.add_argument("--hosts", type=int, help="number of hosts; the seeds are used in turn")
    wine.add_argument("--locale", default="C.UTF-8", help="like ja_JP.UTF-8: code page and messages of the hosts")
    wine.add_argument("--shell", choices=("cmd", "powershell"), default="cmd", help="sshd's default shell")
    wine.add_argument("--transfer", choices=("smart", "sftp", "scp"), default="smart")
    wine.add_argument("--fresh", action="store_true", help="forget the state of earlier runs")
    wine.add_argument("--foreground", action="store_true", help="stay until interrupted")
    domain = command(
        "domain-start", "Start a domain controller in the background and write DIR/inventory.yml, DIR/hosts."
    )
    domain.add_argument("--foreground", action="store_true", help="stay until interrupted")
    command("gpos", "Print as JSON what Samba's own tools say of the GPOs of a domain.")
    command("stop", "Stop the hosts; their state stays.")
    command("status", "Tell which hosts run, and where.")
    command("counters", "Print the figures of every host as JSON.")
    command("reset-counters", "Start all figures again from zero.")
    command("writes", "Print as JSON what could have changed each host since then.")
    show = command("show", "Print a host's registry.")
    show.add_argument("host")
    show.add_argument("--json", action="store_true", help="type and data by key and name")
    put = command("set", "Write a value behind everybody's back.")
    for name in ("host", "key", "name", "type", "data"):
        put.add_argument(name)
    delete = command("delete", "Delete a value, or without a name a key with all below it.")
    delete.add_argument("host")
    delete.add_argument("key")
    delete.add_argument("name", nargs="?")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    options = parser().parse_args(arguments)
    where = LabDir(options.dir.absolute())
    try:
        if options.command in _SERVERS:
            return _start(where, options)
        if options.command == "stop":
            return _stop(where)
        return _ask(where, options)
    except (LabError, ValueError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1


def _start(where: LabDir, options: argparse.Namespace) -> int:
    if _runs(where):
        raise LabError(f"a lab already runs in {where.path}; stop it first")
    seeds = _seeds(options) if "seeds" in options else []
    where.path.mkdir(parents=True, exist_ok=True)
    serve_here, words, seconds = _SERVERS[options.command]
    if options.foreground:
        logging.basicConfig(level=logging.INFO)
        serve_here(where, options, seeds)
        return 0
    where.inventory_file.unlink(missing_ok=True)
    command = [options.command, "--foreground", "--dir", str(where.path), *words(options)]
    if seeds:
        command += ["--fresh"] if options.fresh else []
        command += ["--hosts", str(options.hosts)] if options.hosts is not None else []
        command += ["--seeds", *seeds]
    _start_in_background(where, command, seconds)
    _print_status(where.ask("status"), where)
    return 0


def _seeds(options: argparse.Namespace) -> list[str]:
    if options.hosts is not None and options.hosts < 1:
        raise LabError("--hosts must be at least 1")
    seeds = [str(Path(seed).absolute()) if seed.endswith((".yml", ".yaml")) else seed for seed in options.seeds]
    for seed in seeds:
        read_seed(seed)
    return seeds


def _serve(where: LabDir, options: argparse.Namespace, seeds: Sequence[str]) -> None:
    plan = LabPlan.cycled(
        seeds,
        number=options.hosts,
        connections=("winrm", "psrp") if options.connections == "both" else (options.connections,),
        transport=options.transport,
        fresh=options.fresh,
    )
    serve(where, plan)


def _words(options: argparse.Namespace) -> list[str]:
    return ["--transport", options.transport, "--connections", options.connections]


def _serve_wine(where: LabDir, options: argparse.Namespace, seeds: Sequence[str]) -> None:
    named = {name: getattr(options, name) for name in ("locale", "shell", "transfer", "fresh")}
    serve_wine(where, WinePlan.cycled(seeds, options.hosts, **named))


def _wine_words(options: argparse.Namespace) -> list[str]:
    if reason := wine_available():
        raise LabError(reason)
    # Made here, where whoever started it sees what takes so long.
    print(f"template {os.path.relpath(template())}", flush=True)
    return ["--locale", options.locale, "--shell", options.shell, "--transfer", options.transfer]


def _domain_words(dummy: argparse.Namespace) -> list[str]:
    if reason := domain_available():
        raise LabError(reason)
    return []


# How the hosts are served, the words that the background process is given, and the seconds that it may take.
_SERVERS: dict[str, tuple[Callable[..., None], Callable[[argparse.Namespace], list[str]], float]] = {
    "start": (_serve, _words, 20.0),
    "wine-start": (_serve_wine, _wine_words, 120.0),
    "domain-start": (lambda where, *dummy: serve_domain(where), _domain_words, 180.0),
}


def _start_in_background(where: LabDir, arguments: Sequence[str], seconds: float) -> None:
    """Start this program again with --foreground in a session of its own, and wait until it answers."""
    command = [sys.executable, "-m", "tests.lab", *arguments]
    root = Path(__file__).resolve().parents[2]
    with where.log_file.open("ab") as log:
        process = subprocess.Popen(
            command, cwd=root, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        if _runs(where):
            return
        time.sleep(0.05)
    raise LabError(f"the lab did not start; see {where.log_file}")


def _runs(where: LabDir) -> bool:
    try:
        where.ask("status")
    except LabError:
        return False
    return True


def _stop(where: LabDir) -> int:
    if not _runs(where):
        print("no lab runs")
        return 0
    where.ask("stop")
    deadline = time.monotonic() + _STOP_SECONDS
    while where.pid_file.exists():
        if time.monotonic() > deadline:
            raise LabError(f"the lab did not stop; see {where.log_file}")
        time.sleep(0.02)
    print("stopped")
    return 0


def _ask(where: LabDir, options: argparse.Namespace) -> int:
    arguments: dict[str, Any] = {
        name: value for name, value in vars(options).items() if name not in {"command", "dir", "json"}
    }
    if options.command == "set" and options.type.upper() == "REG_MULTI_SZ":
        # Several items in one argument: a YAML list.
        arguments["data"] = yaml.safe_load(options.data)
    result = where.ask(options.command, **arguments)
    if options.command == "status":
        _print_status(result, where)
    elif options.command in {"counters", "gpos", "writes"}:
        print(json.dumps(result, indent=2))
    elif options.command == "show" and options.json:
        print(json.dumps(result["registry"], indent=2))
    elif options.command == "show":
        _print_registry(result)
    elif options.command == "delete" and not result:
        raise LabError("there was nothing to delete")
    return 0


def _print_registry(content: dict[str, Any]) -> None:
    for path, values in content["registry"].items():
        denied = content["denied"].get(path)
        if values or denied:
            print(path + (f"  (denied: {', '.join(denied)})" if denied else ""))
        for name, value in values.items():
            print(f"    {name or '(default)'}  {value['type']}  {value['data']}")


def _print_status(status: dict[str, Any], where: LabDir) -> None:
    print(f"process {status['pid']}, inventory {os.path.relpath(where.inventory_file)}")
    for name, endpoint in status["hosts"].items():
        print(f"{name}  {endpoint}")


if __name__ == "__main__":
    sys.exit(main())
