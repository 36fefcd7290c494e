import base64
import hashlib
import hmac
import json
import re
import socket
import ssl
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.webhook import Fate, Receiver, keys, post, sign
from tests.receiver import Receiver as Desk

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
BODY = json.dumps({"type": "article.landed", "data": {"title": "Ağdamda mina partladı"}}).encode()
SECRET = "whsec_" + base64.b64encode("redaksiyanın açarı".encode()).decode()


def sent(desk, **more):
    return post(BODY, uid="msg_1", receiver=Receiver(**({"url": desk.url, "timeout": 0.5} | more)), at=NOW)


@pytest.mark.parametrize(
    ("answer", "fate"),
    [
        *((status, Fate.ACCEPTED) for status in ("200", "201", "202", "204", "299")),
        ("410", Fate.GONE),
        *((status, Fate.UNFIT) for status in ("400", "409", "413", "415", "422")),
        *((s, Fate.REFUSED) for s in ("301", "307", "401", "403", "404", "408", "429", "500", "503", "599", "999")),
        *((fault, Fate.REFUSED) for fault in ("drop", "shut", "hang", "drip", "garbage")),
    ],
)
def test_every_answer_has_its_meaning_and_shows_nothing_of_the_address(answer, fate):
    with Desk(answer) as desk:
        found = sent(desk)
    assert found.fate is fate
    assert found.text
    assert "T0KEN" not in found.text + repr(found)
    assert [request.method for request in desk.requests] == ([] if answer == "shut" else ["POST"])


def test_the_whole_answer_has_a_time_limit_whatever_comes_now_and_then():
    with Desk("drip") as desk:
        started = time.monotonic()
        assert sent(desk).text == f"127.0.0.1:{desk.port}: no answer within 0.5 s"
        assert time.monotonic() - started < 3


def test_an_answer_without_end_is_cut_off():
    with Desk("flood") as desk:
        started = time.monotonic()
        assert sent(desk).fate is Fate.ACCEPTED
        assert time.monotonic() - started < 3


def test_a_redirect_is_never_followed():
    with Desk("200") as elsewhere, Desk("307", headers=f"Location: {elsewhere.url}\r\n") as desk:
        found = sent(desk)
    assert found.fate is Fate.REFUSED
    assert "not followed" in found.text
    assert elsewhere.requests == []


def test_no_proxy_is_asked(monkeypatch):
    with Desk("200") as proxy, Desk("200") as desk:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert sent(desk).fate is Fate.ACCEPTED
    assert (len(proxy.requests), len(desk.requests)) == (0, 1)


def test_nobody_listening_is_said():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    found = post(BODY, uid="msg_1", receiver=Receiver(url=f"http://127.0.0.1:{port}/"), at=NOW)
    assert (found.fate, found.text) == (Fate.REFUSED, f"127.0.0.1:{port}: nobody listens there")


@pytest.mark.parametrize(
    "host", ["no-such-host.invalid", "a" * 64 + ".example", "xn--.example", "..", "ağdam..example"]
)
def test_a_name_that_leads_nowhere_is_an_answer_too(host, monkeypatch):
    def nowhere(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    assert post(BODY, uid="msg_1", receiver=Receiver(url=f"http://{host}/"), at=NOW).fate is Fate.REFUSED


def test_the_address_is_asked_for_as_it_was_written():
    with Desk("200") as desk:
        sent(desk)
    (request,) = desk.requests
    assert request.path == "/x%C9%99b%C9%99r/T0KEN?to=redaksiya"
    assert request.headers["host"] == f"127.0.0.1:{desk.port}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("monitor/")
    assert request.body == BODY


def test_a_receiver_can_prove_who_sent_it_and_when():
    with Desk("200") as desk:
        sent(desk, keys=keys(SECRET))
    (request,) = desk.requests
    name, stamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
    assert (name, stamp) == ("msg_1", str(int(NOW.timestamp())))
    mark = hmac.new(base64.b64decode(SECRET[6:]), f"{name}.{stamp}.".encode() + request.body, hashlib.sha256).digest()
    assert request.headers["webhook-signature"] == f"v1,{base64.b64encode(mark).decode()}"


def test_the_signature_is_that_of_the_published_scheme():
    # The worked example that libraries of Standard Webhooks carry in their own tests.
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = sign(b'{"test": 2432232314}', uid="msg_p5jXN8AQM9LWM0D4loKWxJek", at=at, keys=keys(secret))
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_two_secrets_both_sign_while_a_new_one_is_learnt_and_none_signs_nothing():
    headers = sign(BODY, uid="msg_1", at=NOW, keys=keys(f"{SECRET}\n\n köhnə açar \n"))
    assert len(headers["webhook-signature"].split(" ")) == 2
    assert keys("açar\n") == ("açar".encode(),)
    assert "webhook-signature" not in sign(BODY, uid="msg_1", at=NOW, keys=keys(""))


@pytest.mark.parametrize("secret", ["whsec_", "whsec_Zərif-42", "whsec_abc"])
def test_a_secret_that_was_not_copied_whole_is_refused_and_not_repeated(secret):
    with pytest.raises(ConfigError) as caught:
        keys(secret)
    assert "whsec_ and no base64 follows" in str(caught.value)
    assert secret == "whsec_" or secret not in str(caught.value)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("Tue, 24 Nov 2026 03:10:00 GMT", timedelta(minutes=10)),
        ("Tue, 24 Nov 2026 02:00:00 GMT", timedelta()),
        ("99999999999999999999", timedelta(days=1)),
        ("sabah", None),
        ("-5", None),
        ("²", None),
    ],
)
def test_a_receiver_may_say_when_to_come_again(header, wait):
    with Desk("503", headers=f"Retry-After: {header}\r\n") as desk:
        assert sent(desk).wait == wait


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    names = ["-subj", "/CN=hook.example", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names, *files],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context, ssl.create_default_context(cafile=str(folder / "cert.pem"))


def test_a_certificate_that_nobody_trusts_or_of_another_name_gets_nothing(certificate):
    serving, trusting = certificate
    with Desk("200", context=serving) as desk:
        untrusted = sent(desk, timeout=5)
        misnamed = sent(desk, timeout=5, context=trusting)
        right = sent(desk, timeout=5, context=trusting, url=desk.url.replace("127.0.0.1", "localhost"))
    for found in (untrusted, misnamed):
        assert found.fate is Fate.REFUSED
        assert "TLS failed" in found.text
    assert right.fate is Fate.ACCEPTED
    assert len(desk.requests) == 1


def test_plain_http_spoken_on_a_tls_port_and_the_other_way_round_are_answers_too(certificate):
    serving, _ = certificate
    with Desk("200") as plain, Desk("200", context=serving) as secret:
        assert sent(plain, url=plain.url.replace("http:", "https:")).fate is Fate.REFUSED
        assert sent(secret, url=secret.url.replace("https:", "http:")).fate is Fate.REFUSED


def test_neither_address_nor_keys_are_shown():
    assert "T0KEN" not in repr(Receiver(url="https://desk.example/T0KEN", keys=(b"canary",)))
    assert "canary" not in repr(Receiver(url="https://desk.example/T0KEN", keys=(b"canary",)))
    assert Receiver(url="https://Desk.example/T0KEN").place == "desk.example:443"


def test_the_check_that_the_documents_show_works():
    text = (Path(__file__).parents[1] / "docs" / "hooks.md").read_text("utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    scope = {}
    exec(code, scope)
    with Desk("200") as desk:
        sent(desk, keys=keys(SECRET))
    (request,) = desk.requests
    assert scope["genuine"](request.headers, request.body, SECRET)
    assert not scope["genuine"](request.headers, request.body + b" ", SECRET)
    assert not scope["genuine"](request.headers | {"webhook-timestamp": "1"}, request.body, SECRET)
