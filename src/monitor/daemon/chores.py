"""Work that blocks, beside the event loop: of one name one at a time, over all sessions of the daemon.

The threads are the process's own to end: a mail server that hangs keeps no daemon from stopping. What is cut off then
is taken up by the next start, as after a kill.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future


class Chores:
    """The blocking work of one daemon."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Future[None]] = {}

    @property
    def running(self) -> tuple[str, ...]:
        """The names of what is being done."""
        return tuple(self._running)

    async def do(self, name: str, work: Callable[[], None]) -> bool:
        """The work has been done in a thread; False and nothing when that of the same name is still being done.

        What the work raises is raised. When the caller is cancelled, the work goes on.
        """
        if name in self._running:
            return False
        outcome: Future[None] = Future()

        def body() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001 - handed to who waits
                outcome.set_exception(error)
            else:
                outcome.set_result(None)

        waiting = asyncio.wrap_future(outcome)
        self._running[name] = waiting
        waiting.add_done_callback(lambda _: self._running.pop(name, None))
        threading.Thread(target=body, name=f"chore: {name}", daemon=True).start()
        await asyncio.shield(waiting)
        return True

    async def finish(self, *, grace: float) -> tuple[str, ...]:
        """All work that was under way has ended, save what is named: that took longer than `grace` seconds."""
        if self._running:
            await asyncio.wait(self._running.values(), timeout=grace)
        return self.running
