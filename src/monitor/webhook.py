"""HTTP POST: hands one signed body to one address and says what became of it; decides nothing, follows nothing.

Signed as Standard Webhooks says (webhook-id, webhook-timestamp, webhook-signature). What is dialled is the host and
port that the operator wrote, through no proxy, and no answer leads anywhere else.
"""

import base64
import hashlib
import hmac
import http.client
import ssl
import threading
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from monitor import __version__
from monitor.errors import ConfigError

TIMEOUT = 15.0
"""Seconds that a receiver has for its whole answer."""
_PREFIX = "whsec_"
_ITS_OWN = frozenset({400, 409, 413, 415, 422})
"""Answers that speak of this one body; all others speak of the receiver."""
_MOST = 1 << 16
"""Bytes of an answer that are read before the connection is closed; nothing in them is used."""


class Fate(StrEnum):
    """What became of a body."""

    ACCEPTED = "accepted"
    GONE = "gone"
    """410: the receiver wants nothing more."""
    UNFIT = "unfit"
    """The receiver does not want this one; others may do."""
    REFUSED = "refused"
    """The receiver, or the way to it, is not in order; it may or may not have got the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of it, in words, and how long the receiver wants to be left alone."""

    fate: Fate
    text: str
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """An address and what is signed with when speaking to it."""

    url: str = field(repr=False)
    keys: tuple[bytes, ...] = field(default=(), repr=False)
    """None: not signed; two: both sign, while a receiver learns a new one."""
    timeout: float = TIMEOUT
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)
    """Trust for TLS; the system's, verified, unless another is given."""

    @property
    def place(self) -> str:
        """Host and port, which may be shown; the rest of the address may be a secret."""
        parts = urlsplit(self.url)
        return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def keys(secret: str) -> tuple[bytes, ...]:
    """The keys that a secret's lines stand for: `whsec_` and base64, or else the bytes of the line."""
    found = []
    for line in filter(None, map(str.strip, secret.splitlines())):
        if not line.startswith(_PREFIX):
            found.append(line.encode())
            continue
        try:
            key = base64.b64decode(line.removeprefix(_PREFIX), validate=True)
        except ValueError:
            key = b""
        if not key:
            raise ConfigError("the secret begins with whsec_ and no base64 follows; copy it whole")
        found.append(key)
    return tuple(found)


def sign(body: bytes, *, uid: str, at: datetime, keys: Sequence[bytes]) -> dict[str, str]:
    """The headers that tell a receiver who sent this, when, and that nobody changed it."""
    stamp = str(int(at.timestamp()))
    signed = f"{uid}.{stamp}.".encode() + body
    marks = [base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in keys]
    headers = {"webhook-id": uid, "webhook-timestamp": stamp}
    return headers | ({"webhook-signature": " ".join(f"v1,{mark}" for mark in marks)} if marks else {})


def post(body: bytes, *, uid: str, receiver: Receiver, at: datetime) -> Answer:
    """The answer to one POST; never raises for what a receiver or a network does."""
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"monitor/{__version__}",
        "Connection": "close",
        **sign(body, uid=uid, at=at, keys=receiver.keys),
    }
    connection = _connection(receiver)
    late = threading.Event()

    def stop() -> None:
        # A time limit on each read lets a receiver that sends a byte now and then hold us for ever.
        late.set()
        if connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(2)

    alarm = threading.Timer(receiver.timeout, stop)
    alarm.daemon = True
    alarm.start()
    try:
        with closing(connection):
            connection.request("POST", _path(receiver.url), body=body, headers=headers)
            response = connection.getresponse()
            answer = _answer(response, at)
            with suppress(OSError, http.client.HTTPException):
                response.read(_MOST)
            return answer
    except (OSError, http.client.HTTPException, UnicodeError) as problem:
        return Answer(fate=Fate.REFUSED, text=_words(problem, receiver, late=late.is_set()))
    finally:
        alarm.cancel()


def _connection(receiver: Receiver) -> http.client.HTTPConnection:
    parts = urlsplit(receiver.url)
    host = parts.hostname or ""
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port or 80, timeout=receiver.timeout)
    port = parts.port or 443
    return http.client.HTTPSConnection(host, port, timeout=receiver.timeout, context=receiver.context)


def _path(url: str) -> str:
    parts = urlsplit(url)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    return f"{path}?{quote(parts.query, safe='/?%:@!$&()*+,;=~-._')}" if parts.query else path


def _answer(response: http.client.HTTPResponse, at: datetime) -> Answer:
    status = response.status
    text = f"{status} {_phrase(status)}".strip()
    if 200 <= status < 300:
        return Answer(fate=Fate.ACCEPTED, text=text)
    if status == HTTPStatus.GONE:
        return Answer(fate=Fate.GONE, text=text)
    if status in _ITS_OWN:
        return Answer(fate=Fate.UNFIT, text=text)
    if 300 <= status < 400:
        text += ": it redirects, which is not followed; write the new address into the settings"
    return Answer(fate=Fate.REFUSED, text=text, wait=_wait(response.getheader("Retry-After"), at))


def _phrase(status: int) -> str:
    # Our own words: what a receiver says may repeat the address, which may be a secret.
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _wait(text: str | None, at: datetime) -> timedelta | None:
    if not text:
        return None
    if text.strip().isdecimal():
        return timedelta(seconds=min(int(text), 86_400))
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(until.astimezone(at.tzinfo) - at, timedelta()) if until.tzinfo else None


def _words(problem: Exception, receiver: Receiver, *, late: bool) -> str:
    where = receiver.place
    match problem:
        case _ if late or isinstance(problem, TimeoutError):
            cause = f"no answer within {receiver.timeout:g} s"
        case ssl.SSLCertVerificationError():
            cause = f"TLS failed: {problem.verify_message}; the certificate must be valid for that name"
        case ssl.SSLError():
            cause = f"TLS failed: {problem.reason}"
        case ConnectionRefusedError():
            cause = "nobody listens there"
        case ConnectionError():  # RemoteDisconnected is one of them
            cause = "the connection was lost before an answer came"
        case OSError():
            cause = problem.strerror or "cannot be reached"
        case http.client.HTTPException():
            cause = "what came back is not HTTP"
        case _:
            cause = "is no host name"
    return f"{where}: {cause}"
