"""Runs asyncio code in a thread while a test continues, until the end of a `with` block."""

import asyncio
import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Background(ABC):
    """Runs `run`, which must end soon after `told_to_end`."""

    def __init__(self) -> None:
        self._told = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self.run()))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._told.set()
        self._thread.join()

    @property
    def told_to_end(self) -> bool:
        return self._told.is_set()

    @abstractmethod
    async def run(self) -> None: ...
