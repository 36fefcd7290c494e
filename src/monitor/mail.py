"""SMTP: hands one message to a server and says for each recipient what became of it; decides nothing."""

import re
import smtplib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Literal

from monitor.errors import MailError

TIMEOUT = 30.0
"""Seconds that any one answer of the server may take; smtplib itself would wait for ever."""
_LEADING_DOT = re.compile(rb"(?m)^\.")


class Fate(StrEnum):
    """What became of a message for one recipient."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """The server said no to this recipient or to the message, or could not be reached; nothing was handed over."""
    UNKNOWN = "unknown"
    """The whole message was sent and the connection was lost before the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What became of it, and the server's own words."""

    fate: Fate
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A mail server and how to speak to it."""

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: str = ""
    timeout: float = TIMEOUT
    context: ssl.SSLContext | None = None
    """Trust for TLS; None is the system's, verified."""

    def __repr__(self) -> str:
        """The server without its password."""
        return f"Server({self.host}:{self.port}, {self.security}, username={self.username!r})"


def send(
    message: bytes,
    *,
    sender: str,
    recipients: Sequence[str],
    server: Server,
    sending: Callable[[Sequence[str]], None] = lambda _: None,
) -> dict[str, Reply]:
    """The reply for every recipient; never raises for what a server or a network does.

    message has CRLF line ends. `sending` is called with the recipients that the server took, just before the message
    itself goes out: whoever dies after that cannot know whether it arrived.
    """
    replies: dict[str, Reply] = {}
    try:
        with _Session(server) as smtp:
            replies |= _envelope(smtp, sender, recipients)
            taken = [r for r in recipients if r not in replies]
            if taken:
                sending(taken)
                reply = _data(smtp, message)
                replies |= dict.fromkeys(taken, reply)
    except (OSError, smtplib.SMTPException, MailError) as problem:
        lost = Reply(fate=Fate.REFUSED, text=_words(problem, server))
        replies |= {r: lost for r in recipients if r not in replies}
    return replies


class _Session:
    """A connection that has said hello, is encrypted as asked and logged in."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> smtplib.SMTP:
        server = self._server
        context = server.context or ssl.create_default_context()
        if server.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        self._smtp = smtp
        try:
            self._prepare(smtp, context)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _prepare(self, smtp: smtplib.SMTP, context: ssl.SSLContext) -> None:
        server = self._server
        smtp.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            if not smtp.has_extn("starttls"):
                raise MailError(
                    f"{server.host}:{server.port} offers no STARTTLS; set security to tls (port 465), or to none for a "
                    "server on this machine"
                )
            smtp.starttls(context=context)
            smtp.ehlo()
        if server.username:
            smtp.login(server.username, server.password)

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._smtp is not None  # noqa: S101 - set on entering
        try:
            self._smtp.quit()
        except (OSError, smtplib.SMTPException):
            # The message is decided; how the server says good-bye changes nothing.
            self._smtp.close()


def _envelope(smtp: smtplib.SMTP, sender: str, recipients: Sequence[str]) -> dict[str, Reply]:
    """Replies for the recipients that the server does not take."""
    code, text = smtp.mail(sender)
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, text, sender)
    refused = {}
    for recipient in recipients:
        code, text = smtp.rcpt(recipient)
        if code not in {250, 251}:
            refused[recipient] = Reply(fate=Fate.REFUSED, text=_answer(code, text))
    return refused


def _data(smtp: smtplib.SMTP, message: bytes) -> Reply:
    code, text = smtp.docmd("DATA")
    if code != 354:
        return Reply(fate=Fate.REFUSED, text=_answer(code, text))
    body = _LEADING_DOT.sub(b"..", message)
    # Until the last byte is handed to the system the server cannot have seen the end of the message.
    smtp.send(body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n")
    try:
        code, text = smtp.getreply()
    except (OSError, smtplib.SMTPException) as problem:
        return Reply(fate=Fate.UNKNOWN, text=f"connection lost after the message was sent: {problem}")
    return Reply(fate=Fate.ACCEPTED if code == 250 else Fate.REFUSED, text=_answer(code, text))


def _answer(code: int, text: bytes) -> str:
    return f"{code} {text.decode('utf-8', 'replace')}"


def _words(problem: Exception, server: Server) -> str:
    where = f"{server.host}:{server.port}"
    match problem:
        case smtplib.SMTPAuthenticationError():
            answer = _answer(problem.smtp_code, _bytes(problem.smtp_error))
            cause = f"{where} refused the login of {server.username!r}: {answer}"
        case smtplib.SMTPResponseException():
            cause = f"{where}: {_answer(problem.smtp_code, _bytes(problem.smtp_error))}"
        case ssl.SSLError():
            cause = f"{where}: TLS failed: {problem}; the certificate must be valid for {server.host!r}"
        case TimeoutError():
            cause = f"{where} did not answer within {server.timeout:g} s"
        case MailError():
            cause = str(problem)
        case _:
            cause = f"{where}: {problem}"
    return cause


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
