# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""What runs between the beginning and the end of a ``with`` block."""

from __future__ import annotations

import abc
from types import TracebackType
from typing import Self


class Running(abc.ABC):
    """Starts with the block and ends with it; a start that fails leaves nothing running."""

    @abc.abstractmethod
    def start(self) -> None:
        """Return when it can be used."""

    @abc.abstractmethod
    def close(self) -> None:
        """End it; harmless when it has never started."""

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
