"""The one event loop of the process, shared by asyncio, Twisted and whoever else waits."""

import asyncio
import sys


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
