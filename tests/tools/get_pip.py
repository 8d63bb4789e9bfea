# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Stands in for the script with which ansible-test puts pip into its environments.

ansible-test downloads that script from a host of its own, which closed networks do not reach. What it is to do can be
had without: Python brings a pip, and that pip gets the wanted one from wherever the user's pip is configured to look.
Runs on every Python that ansible-test makes environments for.
"""

import os
import subprocess
import sys


def main():
    """Install what the arguments ask for, as the script of the same arguments does."""
    subprocess.check_call([sys.executable, "-m", "ensurepip", "--default-pip"], stdout=subprocess.DEVNULL)
    # Switches that only the real script knows.
    wanted = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
    environment = {name: value for name, value in os.environ.items() if name != "GET_PIP"}
    # ensurepip's own and that of whoever started it would hide where the user's packages come from.
    if environment.get("PIP_CONFIG_FILE") == os.devnull:
        del environment["PIP_CONFIG_FILE"]
    subprocess.check_call([sys.executable, "-m", "pip", "install", "--quiet", *wanted], env=environment)


if __name__ == "__main__":
    main()
