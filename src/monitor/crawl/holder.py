"""Who leases sources: a name for this process that tells later whether it still lives.

A crawl that was killed cannot give its leases back; without this, the next one would wait until they run out.
"""

import os
import socket
from pathlib import Path


def me() -> str:
    """The name of this process: machine, process number, and when it began."""
    return f"{socket.gethostname()}/{os.getpid()}/{_begun(os.getpid()) or 0}"


def gone(holder: str) -> bool:
    """True when the holder was a process of this machine that lives no more; False whenever that is not sure."""
    parts = holder.split("/")
    if len(parts) < 3 or parts[0] != socket.gethostname() or not parts[1].isdecimal():
        return False
    try:
        os.kill(int(parts[1]), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    # The number is in use: by the same process only if that began at the same moment.
    begun = _begun(int(parts[1]))
    return begun is not None and parts[2] not in {"0", str(begun)}


def _begun(process: int) -> int | None:
    """When the process began, in ticks since the machine did; None where that cannot be known."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text("ascii", "replace")
    except OSError:
        return None
    # The name of the command stands in brackets and may hold anything; the 22nd field is the 20th after it.
    return int(stat.rpartition(")")[2].split()[19])
