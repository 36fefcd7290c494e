"""What was worked out once and is remembered: words come back again and again."""

from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Memory(dict[K, V]):
    """Key → what is worked out of it when first asked; emptied when it holds `most`."""

    def __init__(self, work: Callable[[K], V], *, most: int = 200_000) -> None:
        super().__init__()
        self._work, self._most = work, most

    def __missing__(self, key: K) -> V:
        if len(self) >= self._most:
            self.clear()
        value = self[key] = self._work(key)
        return value
