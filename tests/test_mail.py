import socket
import ssl
import subprocess
import threading
from contextlib import contextmanager

import pytest
from aiosmtpd.controller import Controller

from monitor.mail import Fate, Server, send

MESSAGE = b"Subject: x\r\n\r\n.dot\r\nMina partlad\xc4\xb1\r\n"
THREE = ["a@desk.example", "b@desk.example", "c@desk.example"]
VERBS = ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "BODY", "QUIT"]


class Script:
    """A raw SMTP server that fails at one verb in one way, and remembers the messages that it took."""

    def __init__(self, verb=None, fault=None, recipient=None):
        self.verb, self.fault, self.recipient = verb, fault, recipient
        self.taken = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as wire:
                try:
                    self.talk(wire, connection)
                except (OSError, ValueError):
                    continue

    def fail(self, verb, wire, connection, line=b""):
        """True when the conversation must not go on as usual."""
        if verb != self.verb or (self.recipient and self.recipient.encode() not in line):
            return False
        if self.fault in ("450", "550"):
            self.say(wire, f"{self.fault} no")
            return True
        if self.fault == "hang":
            while wire.read(1):
                pass  # until the client has had enough
        connection.shutdown(socket.SHUT_RDWR)
        raise OSError

    def say(self, wire, text):
        wire.write(text.encode() + b"\r\n")
        wire.flush()

    def talk(self, wire, connection):
        if self.fail("CONNECT", wire, connection):
            return
        self.say(wire, "220 hello")
        recipients = []
        while line := wire.readline():
            verb = line[:4].decode().upper()
            if self.fail("EHLO" if verb in ("EHLO", "HELO") else verb, wire, connection, line):
                continue
            if verb == "RCPT":
                recipients.append(line.split(b"<")[1].split(b">")[0].decode())
            if verb == "DATA":
                self.say(wire, "354 go")
                body = b""
                while not body.endswith(b"\r\n.\r\n"):
                    body += wire.readline()
                if self.verb == "BODY" and self.fault == "lost-250":
                    self.taken.append((tuple(recipients), body))
                    connection.shutdown(socket.SHUT_RDWR)
                    return
                if self.fail("BODY", wire, connection):
                    continue
                self.taken.append((tuple(recipients), body))
            self.say(wire, "250 ok")
            if verb == "QUIT":
                return

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)


def hand_over(script, recipients, **options):
    server = Server(host="127.0.0.1", port=script.port, security="none", timeout=0.3)
    return send(MESSAGE, sender="m@desk.example", recipients=recipients, server=server, **options)


@pytest.mark.parametrize("recipients", [THREE[:1], THREE], ids=["one", "three"])
@pytest.mark.parametrize("fault", ["450", "550", "drop", "hang"])
@pytest.mark.parametrize("verb", VERBS)
def test_a_fault_at_any_verb_is_told_for_each_recipient(verb, fault, recipients):
    with Script(verb, fault) as script:
        replies = hand_over(script, recipients)
    assert set(replies) == set(recipients)
    fates = {reply.fate for reply in replies.values()}
    if verb == "QUIT":
        assert fates == {Fate.ACCEPTED}
    elif verb == "BODY" and fault in ("drop", "hang"):
        assert fates == {Fate.UNKNOWN}
    else:
        assert fates == {Fate.REFUSED}
    assert bool(script.taken) == (verb == "QUIT")
    assert all(reply.text for reply in replies.values())


def test_a_refused_recipient_does_not_stop_the_others():
    with Script("RCPT", "550", recipient="b@") as script:
        replies = hand_over(script, THREE)
    assert {r: reply.fate for r, reply in replies.items()} == {
        THREE[0]: Fate.ACCEPTED,
        THREE[1]: Fate.REFUSED,
        THREE[2]: Fate.ACCEPTED,
    }
    assert [to for to, _ in script.taken] == [(THREE[0], THREE[2])]


def test_a_250_that_is_lost_on_the_way_leaves_the_fate_unknown():
    with Script("BODY", "lost-250") as script:
        assert hand_over(script, THREE[:1])[THREE[0]].fate is Fate.UNKNOWN
        assert len(script.taken) == 1


def test_the_caller_is_told_just_before_the_message_goes_out_and_only_then():
    told = []
    with Script("RCPT", "550", recipient="b@") as script:
        hand_over(script, THREE, sending=told.append)
    assert told == [[THREE[0], THREE[2]]]
    with Script("MAIL", "450") as script:
        hand_over(script, THREE, sending=told.append)
    assert len(told) == 1


def test_a_line_that_is_a_dot_does_not_end_the_message():
    with Script() as script:
        hand_over(script, THREE[:1])
    assert script.taken[0][1] == b"Subject: x\r\n\r\n..dot\r\nMina partlad\xc4\xb1\r\n.\r\n"


def test_a_server_without_starttls_is_refused_with_the_remedy():
    with Script() as script:
        server = Server(host="127.0.0.1", port=script.port, timeout=1)
        reply = send(MESSAGE, sender="m@x.example", recipients=["a@x.example"], server=server)["a@x.example"]
    assert reply.fate is Fate.REFUSED
    assert "set security to tls" in reply.text
    assert script.taken == []


def test_nobody_listening_is_a_refusal_that_names_the_server():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    reply = send(
        MESSAGE,
        sender="m@x.example",
        recipients=["a@x.example"],
        server=Server(host="127.0.0.1", port=port, security="none"),
    )
    assert f"127.0.0.1:{port}" in reply["a@x.example"].text


def test_the_password_is_never_shown():
    assert "gizli" not in repr(Server(host="x", username="u", password="gizli"))


class Keep:
    """An aiosmtpd handler that keeps what it is given."""

    def __init__(self):
        self.taken = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the name that aiosmtpd looks for
        self.taken.append((envelope.rcpt_tos, envelope.content))
        return "250 ok"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@contextmanager
def real_server(**options):
    keep = Keep()
    controller = Controller(keep, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield keep, controller.port
    finally:
        controller.stop()


def certificate(folder):
    """A self-signed certificate for localhost."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    return context, cert


def test_a_real_server_gets_the_message_encrypted_when_its_certificate_is_trusted(tmp_path):
    context, cert = certificate(tmp_path)
    with real_server(tls_context=context, require_starttls=True) as (keep, port):
        trust = ssl.create_default_context(cafile=cert)
        server = Server(host="localhost", port=port, context=trust, timeout=5)
        reply = send(MESSAGE, sender="m@x.example", recipients=["a@x.example"], server=server)["a@x.example"]
        assert (reply.fate, len(keep.taken)) == (Fate.ACCEPTED, 1)
        strict = Server(host="localhost", port=port, timeout=5)
        reply = send(MESSAGE, sender="m@x.example", recipients=["a@x.example"], server=strict)["a@x.example"]
        assert reply.fate is Fate.REFUSED
        assert "certificate" in reply.text
        assert len(keep.taken) == 1
