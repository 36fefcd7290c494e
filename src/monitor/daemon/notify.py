"""What the service manager is told (sd_notify): ready, alive, stopping. Silent where there is none."""

import os
import socket
from contextlib import suppress


def tell(message: str) -> None:
    """The service manager has the message, if it asked for any; see sd_notify(3) for the words."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as wire:
        # A manager that has gone is no reason to stop. A leading @ stands for the abstract name space.
        wire.connect("\0" + address[1:] if address.startswith("@") else address)
        wire.sendall(message.encode())


def watchdog_interval() -> float | None:
    """Seconds within which the service manager wants a sign of life, or None."""
    asked = os.environ.get("WATCHDOG_USEC", "")
    if not asked.isdecimal() or os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    return int(asked) / 1_000_000
