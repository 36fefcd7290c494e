"""The one event loop of the process, shared by asyncio, Twisted and whoever else waits."""

import asyncio
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """What the work gives, from outside any loop.

    The first interrupt (or SIGTERM) cancels it, and once it has cleaned up KeyboardInterrupt is raised; a second one
    ends the process at once.
    """
    loop = event_loop()
    task = loop.create_task(work)
    with _interruptible(loop, task):
        try:
            return loop.run_until_complete(task)
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None


def event_loop() -> asyncio.AbstractEventLoop:
    """The loop that Twisted's reactor runs on, made at the first call; crawls must be awaited in it.

    A reactor can be started only once in a process, a loop can be run as often as one likes: so the reactor is started
    here, and `run_until_complete` drives both.
    """
    fresh = "twisted.internet.reactor" not in sys.modules
    if fresh:
        from twisted.internet import asyncioreactor  # noqa: PLC0415 - the choice of reactor comes before its import

        asyncioreactor.install(asyncio.new_event_loop())  # type: ignore[no-untyped-call]
    from twisted.internet import reactor  # noqa: PLC0415

    loop = getattr(reactor, "_asyncioEventloop", None)
    if not isinstance(loop, asyncio.AbstractEventLoop):
        raise TypeError(f"another Twisted reactor ({type(reactor).__name__}) was installed before the crawl")
    if fresh:
        reactor.startRunning(installSignalHandlers=False)
    asyncio.set_event_loop(loop)
    return loop


@contextmanager
def _interruptible(loop: asyncio.AbstractEventLoop, task: "asyncio.Task[Any]") -> Iterator[None]:
    def stop(number: signal.Signals) -> None:
        # From now on the signal does what it does to any program.
        loop.remove_signal_handler(number)
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
