"""Signals: SIGTERM and SIGINT stop, a second one ends the process at once; SIGHUP rereads.

A thread listens, since a loop that waits for a locked ledger hears nothing: a second signal and the time limit must
work then too. Whatever is cut off, ledger and queue survive as they survive a kill.
"""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LIMIT = 20.0
"""Seconds after the first signal within which the process has ended, whatever hangs."""
_STOPPING = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def heard(
    *,
    stop: Callable[[], None],
    reread: Callable[[], None],
    limit: float = LIMIT,
    end: Callable[[int], None] = os._exit,
) -> Iterator[None]:
    """Signals call `stop` and `reread`, in a thread that must not be held up; main thread only."""
    ear, mouth = socket.socketpair()
    mouth.setblocking(False)
    numbers = (*_STOPPING, signal.SIGHUP)
    # A handler of Python's own makes the interpreter write the number into the socket; it has nothing else to do.
    before = {number: signal.signal(number, lambda *_: None) for number in numbers}
    wakeup = signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
    listener = threading.Thread(target=_listen, args=(ear, stop, reread, limit, end), name="signals", daemon=True)
    listener.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        mouth.close()
        listener.join()
        ear.close()


def end_soon(seconds: float) -> None:
    """The process, whose work is done, ends within so many seconds even if a thread of it hangs in a look-up."""

    def end() -> None:
        logging.shutdown()
        os._exit(0)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


def _listen(
    ear: socket.socket, stop: Callable[[], None], reread: Callable[[], None], limit: float, end: Callable[[int], None]
) -> None:
    deadline = None
    while True:
        ear.settimeout(None if deadline is None else max(0.001, deadline - time.monotonic()))
        try:
            heard = ear.recv(1)
        except TimeoutError:
            end(1)
            return
        if not heard:
            return
        number = heard[0]
        if number == signal.SIGHUP:
            reread()
        elif number in _STOPPING and deadline is None:
            deadline = time.monotonic() + limit
            stop()
        elif number in _STOPPING:
            end(128 + number)
            return
