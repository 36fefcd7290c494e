import email
import email.policy
from datetime import UTC, datetime, timedelta

import pytest

from monitor import lock
from monitor.errors import LockHeldError
from monitor.ledger import Ledger, mails
from monitor.mail import Server
from monitor.outbox import Outbox
from tests.test_mail import THREE, VERBS, Script

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
BODY = b"Message-ID: <digest.2026-11-23.daily@desk.example>\r\nSubject: Mine monitor 2026-11-23\r\n\r\nMina\r\n"


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(tmp_path / "monitor.db") as opened:
        yield opened


def outbox(ledger, tmp_path, script=None):
    server = Server(host="127.0.0.1", port=script.port, security="none", timeout=0.3) if script else None
    return Outbox(ledger, tmp_path / "outbox", server=server)


def put(box, recipients=THREE, **more):
    return box.put(
        **(
            {
                "key": "digest/daily/2026-11-23",
                "sender": "m@desk.example",
                "body": BODY,
                "recipients": recipients,
                "now": NOW,
            }
            | more
        )
    )


def received(script):
    """How often each recipient was handed the message, and under which subjects."""
    got = {}
    for recipients, body in script.taken:
        subject = email.message_from_bytes(body, policy=email.policy.SMTP)["Subject"]
        for recipient in recipients:
            got.setdefault(recipient, []).append(subject)
    return got


@pytest.mark.parametrize("recipients", [THREE[:1], THREE], ids=["one", "three"])
@pytest.mark.parametrize("fault", ["450", "550", "drop", "hang"])
@pytest.mark.parametrize("verb", VERBS)
def test_whatever_fails_at_whatever_verb_nobody_misses_the_mail_and_nobody_who_took_it_gets_it_twice(
    ledger, tmp_path, verb, fault, recipients
):
    with Script(verb, fault) as script:
        box = outbox(ledger, tmp_path, script)
        file = put(box, recipients)
        box.post(now=NOW)
        script.verb = None
        posted = box.post(now=NOW + timedelta(hours=1))
    subjects = received(script)
    # Sent whole and the answer lost: it goes out once more, marked. This server took nothing the first time.
    marked = " (may repeat)" if verb == "BODY" and fault in {"drop", "hang"} else ""
    assert subjects == {recipient: [f"Mine monitor 2026-11-23{marked}"] for recipient in recipients}
    assert posted.waiting == 0
    assert not file.exists()


def test_a_lost_answer_makes_one_marked_repeat_with_the_same_message_id_and_never_a_second(ledger, tmp_path):
    with Script("BODY", "lost-250") as script:
        box = outbox(ledger, tmp_path, script)
        put(box, THREE[:1])
        for hours in range(0, 100, 7):
            box.post(now=NOW + timedelta(hours=hours))
    assert received(script) == {THREE[0]: ["Mine monitor 2026-11-23", "Mine monitor 2026-11-23 (may repeat)"]}
    ids = {email.message_from_bytes(body)["Message-ID"] for _, body in script.taken}
    assert ids == {"<digest.2026-11-23.daily@desk.example>"}
    assert [m.deliveries[0].state for m in mails.undelivered(ledger, since=NOW)] == ["doubtful"]


def test_only_the_refused_recipient_is_tried_again(ledger, tmp_path):
    with Script("RCPT", "450", recipient="b@") as script:
        box = outbox(ledger, tmp_path, script)
        put(box)
        assert box.post(now=NOW).waiting == 1
        script.verb = None
        box.post(now=NOW + timedelta(hours=1))
    assert received(script) == {name: ["Mine monitor 2026-11-23"] for name in THREE}


def test_dying_while_sending_is_a_marked_repeat_after_the_restart(ledger, tmp_path, monkeypatch):
    class Killed(BaseException):
        pass

    def killed(*_, **__):
        raise Killed

    with Script() as script:
        box = outbox(ledger, tmp_path, script)
        put(box, THREE[:1])
        with monkeypatch.context() as patch:
            patch.setattr("monitor.outbox._after", killed)
            with pytest.raises(Killed):
                box.post(now=NOW)
        box = outbox(ledger, tmp_path, script)
        box.post(now=NOW + timedelta(minutes=1))
        box.post(now=NOW + timedelta(hours=1))
    assert received(script) == {THREE[0]: ["Mine monitor 2026-11-23", "Mine monitor 2026-11-23 (may repeat)"]}


def test_after_three_days_it_is_given_up_and_said_so(ledger, tmp_path):
    with Script("MAIL", "450") as script:
        box = outbox(ledger, tmp_path, script)
        put(box, THREE[:1])
        posts = [box.post(now=NOW + timedelta(hours=hours)) for hours in range(80)]
    assert sum(p.ended for p in posts) == 1
    assert "450 no" in posts[0].problems[0]
    (mail,) = mails.undelivered(ledger, since=NOW)
    assert mail.deliveries[0].state == "given-up"


def test_without_a_mail_server_the_mail_waits_as_a_file_and_the_remedy_is_said(ledger, tmp_path):
    box = outbox(ledger, tmp_path)
    file = put(box)
    posted = box.post(now=NOW)
    assert "[smtp] host" in posted.problems[0]
    assert (posted.waiting, file.read_bytes()) == (3, BODY)


def test_a_mail_is_put_once_however_often_it_is_put(ledger, tmp_path):
    with Script() as script:
        box = outbox(ledger, tmp_path, script)
        put(box, THREE[:1])
        put(box, THREE[:1], body=b"other")
        box.post(now=NOW)
        put(box, THREE[:1])
        box.post(now=NOW)
        assert received(script) == {THREE[0]: ["Mine monitor 2026-11-23"]}
        put(box, THREE[:1], anew=True)
        box.post(now=NOW)
    assert len(received(script)[THREE[0]]) == 2


def test_two_processes_do_not_send_at_once(ledger, tmp_path):
    with Script() as script:
        box = outbox(ledger, tmp_path, script)
        put(box, THREE[:1])
        with lock.hold(tmp_path / "outbox" / ".lock", what="the outbox"):
            posted = box.post(now=NOW)
            assert posted.waiting == 1
            assert "held by process" in posted.problems[0]
            with pytest.raises(LockHeldError), lock.hold(tmp_path / "outbox" / ".lock", what="the outbox"):
                pass
        assert box.post(now=NOW).accepted == 1
