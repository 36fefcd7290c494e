"""When a mail or a notice is handed over again: what the last reply means for one recipient."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

PATIENCE = timedelta(hours=72)
"""How long a refused mail is tried again."""
LONGEST = timedelta(hours=6)
"""The longest pause between two attempts."""
_FIRST = timedelta(minutes=5)


class State(StrEnum):
    """Where the mail is for one recipient."""

    WAITING = "waiting"
    SENDING = "sending"
    """The message is on the wire; found after a restart it means UNKNOWN."""
    UNKNOWN = "unknown"
    """It may have arrived; it goes out once more, marked."""
    ACCEPTED = "accepted"
    DOUBTFUL = "doubtful"
    """Lost twice after sending: it is not sent a third time."""
    GIVEN_UP = "given-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One mail for one recipient."""

    recipient: str
    state: State = State.WAITING
    attempts: int = 0
    repeated: bool = False
    """True once a message that may have arrived was sent again."""
    next_at: datetime
    reply: str | None = None

    @property
    def open(self) -> bool:
        """True while there is something left to do."""
        return self.state in {State.WAITING, State.SENDING, State.UNKNOWN}


def due(delivery: Delivery, *, now: datetime) -> bool:
    """True when it is this mail's turn for this recipient."""
    return delivery.open and delivery.next_at <= now


def begun(delivery: Delivery) -> Delivery:
    """The message is about to go out: from here on a crash leaves its arrival unknown."""
    return replace(delivery, state=State.SENDING, repeated=delivery.state is State.UNKNOWN or delivery.repeated)


def interrupted(delivery: Delivery, *, now: datetime) -> Delivery:
    """What is found as SENDING when nobody sends: it may have arrived."""
    return lost(delivery, reply="interrupted while sending", now=now)


def accepted(delivery: Delivery, *, reply: str) -> Delivery:
    """The server has taken it."""
    return replace(delivery, state=State.ACCEPTED, attempts=delivery.attempts + 1, reply=reply)


def lost(delivery: Delivery, *, reply: str, now: datetime) -> Delivery:
    """Sent whole, the answer lost: once more with the same Message-ID and a note, never a third time."""
    state = State.DOUBTFUL if delivery.repeated else State.UNKNOWN
    attempts = delivery.attempts + 1
    return replace(delivery, state=state, attempts=attempts, reply=reply, next_at=now + pause(attempts))


def refused(delivery: Delivery, *, reply: str, created_at: datetime, now: datetime) -> Delivery:
    """Not handed over: tried again with growing pauses until PATIENCE is over.

    delivery is the one before the attempt began: what may have arrived stays what may have arrived.
    """
    attempts = delivery.attempts + 1
    next_at = now + pause(attempts)
    end = State.DOUBTFUL if delivery.state is State.UNKNOWN else State.GIVEN_UP
    state = end if next_at > created_at + PATIENCE else delivery.state
    return replace(delivery, state=state, attempts=attempts, reply=reply, next_at=next_at)


def pause(attempts: int) -> timedelta:
    """How long to leave alone who has failed so often in a row."""
    doubled: timedelta = _FIRST * 2 ** min(attempts - 1, 10)
    return min(doubled, LONGEST)
