import email
import email.policy
import random
import re
from datetime import UTC, datetime, timedelta

import pytest

from monitor.config import Config
from monitor.digest import urgent
from monitor.editions import Editor, mailing
from monitor.errors import UsageError
from monitor.ledger import Ledger, digests, mails
from monitor.ledger.digests import Wanted
from monitor.outbox import Outbox
from tests.editions.world import SOURCE, land, revise

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(tmp_path / "monitor.db") as opened:
        yield opened


def editor(ledger, tmp_path, *more, box=Outbox, **digest):
    first = {"name": "desk", "urgent": True, "to": ["Ayşə <ayse@desk.example>"], "from": "monitor@desk.example"}
    return Editor(
        config=Config(timezone="Asia/Baku", digest=[first | digest, *more]),
        ledger=ledger,
        outbox=box(ledger, tmp_path / "outbox", server=None),
        sources=(SOURCE,),
    )


def hurt(ledger, number, *, at=NOW, **more):
    return land(ledger, number, at=at, **({"kind": "victim"} | more))


def keys(ledger):
    return [mail.key for mail in mails.waiting(ledger)]


def read(mail):
    return email.message_from_bytes(mail.body, policy=email.policy.SMTP)


def plain(message):
    return message.get_body(("plain",)).get_content()


def html(message):
    return message.get_body(("html",)).get_content()


def test_an_incident_with_casualties_is_mailed_at_once_and_only_once(ledger, tmp_path):
    name = hurt(ledger, 1, title="Тракторист підірвався на міні")
    desk = editor(ledger, tmp_path)
    assert desk.make_urgent(now=NOW) == (f"urgent/desk/{name}",)
    for hours in range(100):
        assert desk.make_urgent(now=NOW + hours * HOUR) == ()
    (mail,) = mails.waiting(ledger)
    assert [d.recipient for d in mail.deliveries] == ["ayse@desk.example"]
    message = read(mail)
    assert message["Subject"] == "Casualties: Тракторист підірвався на міні (Dağ Xəbər)"
    assert f"Queue file {name}" in plain(message)
    for part in (plain(message), html(message)):
        assert "https://dag-xeber.example/1" in part
        assert "Тракторист підірвався на міні" in part
        assert name in part


def test_nothing_else_is_urgent(ledger, tmp_path):
    land(ledger, 1, at=NOW)
    hurt(ledger, 2, category="clearance")
    hurt(ledger, 3, at=NOW - timedelta(days=4))
    hurt(ledger, 4, published=NOW - timedelta(days=30))
    assert editor(ledger, tmp_path).make_urgent(now=NOW) == ()


def test_each_version_is_mailed_once_in_the_thread_of_the_first(ledger, tmp_path):
    desk = editor(ledger, tmp_path)
    name = hurt(ledger, 1)
    desk.make_urgent(now=NOW)
    revise(ledger, name, at=NOW + HOUR)
    assert len(desk.make_urgent(now=NOW + HOUR)) == 1
    revise(ledger, name, at=NOW + 2 * HOUR, category="clearance")
    assert len(desk.make_urgent(now=NOW + 2 * HOUR)) == 1
    assert desk.make_urgent(now=NOW + 3 * HOUR) == ()
    first, second, third = map(read, mails.waiting(ledger))
    assert second["Subject"].startswith("Update: ")
    assert second["In-Reply-To"] == third["In-Reply-To"] == first["Message-ID"]
    assert len({first["Message-ID"], second["Message-ID"], third["Message-ID"]}) == 3
    for part in (plain, html):
        assert "no longer tells of an incident with casualties" in part(third)
        assert "no longer" not in part(second)


def test_casualties_that_only_a_later_version_names_are_told(ledger, tmp_path):
    desk = editor(ledger, tmp_path)
    name = land(ledger, 1, at=NOW)
    assert desk.make_urgent(now=NOW) == ()
    revise(ledger, name, at=NOW + HOUR, kind="victim")
    (key,) = desk.make_urgent(now=NOW + HOUR)
    assert key.startswith(f"urgent/desk/{name}/")


def test_each_digest_has_its_own_recipients_and_filters(ledger, tmp_path):
    hurt(ledger, 1)
    others = [
        {"name": "kyiv", "urgent": True, "to": ["olena@kyiv.example"], "countries": ["UA"]},
        {"name": "baku", "urgent": True, "to": ["a@baku.example", "b@baku.example"], "languages": ["az"]},
    ]
    editor(ledger, tmp_path, *others).make_urgent(now=NOW)
    told = {mail.key.split("/")[1]: [d.recipient for d in mail.deliveries] for mail in mails.waiting(ledger)}
    assert told == {"desk": ["ayse@desk.example"], "baku": ["a@baku.example", "b@baku.example"]}


def test_an_urgent_digest_is_never_also_a_daily_one(ledger, tmp_path):
    name = hurt(ledger, 1, at=NOW - 12 * HOUR)
    desk = editor(ledger, tmp_path, {"name": "morning", "to": ["ayse@desk.example"]})
    made = desk.make_due(now=NOW)
    desk.make_urgent(now=NOW)
    assert [edition.name for edition in made] == ["morning"]
    assert sorted(keys(ledger)) == ["digest/morning/2026-11-23", f"urgent/desk/{name}"]
    day = made[0].day
    for ask in (desk.day, desk.message, desk.send, desk.resend):
        with pytest.raises(UsageError):
            ask(desk.config.digests[0], day, now=NOW)
    assert digests.latest(ledger, name="desk") is None


class Stopped(BaseException):
    """The program was killed."""


def test_whenever_it_is_killed_every_version_has_exactly_one_mail(ledger, tmp_path):
    rng = random.Random(11)

    class Stumbling(Outbox):
        def put(self, **mail):
            if rng.random() < 0.3:
                raise Stopped
            path = super().put(**mail)
            if rng.random() < 0.3:
                raise Stopped
            return path

    desk, at, wanted = editor(ledger, tmp_path, box=Stumbling), NOW, 0
    for number in range(40):
        at += HOUR
        name = hurt(ledger, number, at=at)
        wanted += 1
        if rng.random() < 0.4:
            revise(ledger, name, at=at)
            wanted += 1
        try:
            desk.make_urgent(now=at)
        except Stopped:
            continue
    editor(ledger, tmp_path).make_urgent(now=at)
    found = keys(ledger)
    assert len(found) == len(set(found)) == wanted


@pytest.mark.parametrize(
    "title", ["a\r\nBcc: x@evil.example", "\x00\x1b[2J\u202egnp", "ş" * 10_000, "{{ 7*7 }} <b>", ""]
)
def test_no_title_can_stop_or_forge_the_mail(ledger, tmp_path, title):
    hurt(ledger, 1, title=title or " ")
    editor(ledger, tmp_path).make_urgent(now=NOW)
    (mail,) = mails.waiting(ledger)
    message = read(mail)
    assert message["Bcc"] is None
    assert message["To"] == "Ayşə <ayse@desk.example>"
    assert "<b>" not in html(message)
    assert "\u202e" not in html(message)
    assert len(html(message).encode()) < 20_000


def test_the_page_reads_from_the_right_where_the_language_does_and_loads_nothing(ledger, tmp_path):
    desk = editor(ledger, tmp_path)
    hurt(ledger, 1, title="انفجار مین در مرز", language="fa")
    hurt(ledger, 2, title="انفجار لغم قرب القرية", language="ar")
    hurt(ledger, 3, title="ნაღმზე აფეთქდა მწყემსი", language="ka")
    desk.make_urgent(now=NOW)
    pages = [html(read(mail)) for mail in mails.waiting(ledger)]
    stories = [re.search(r'<div class="story"([^>]*)>', page)[1] for page in pages]
    stories = [(re.search(r'lang="(\w+)"', told)[1], re.search(r'dir="(\w+)"', told)[1]) for told in stories]
    assert stories == [("fa", "rtl"), ("ar", "rtl"), ("ka", "ltr")]
    for page in pages:
        assert "<mark" in page
        assert not re.search(r"(?i)<(img|script|link|iframe)|url\(", page)


def test_the_mail_is_one_of_both_kinds_stable_in_every_byte(ledger, tmp_path):
    hurt(ledger, 1)
    desk = editor(ledger, tmp_path)
    desk.make_urgent(now=NOW)
    (mail,) = mails.waiting(ledger)
    assert [part.get_content_type() for part in read(mail).walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    with Ledger.open(tmp_path / "monitor.db") as again:
        (found,) = digests.alarms(again, name="other", since=NOW, now=NOW, wanted=Wanted(), sources={SOURCE.id: SOURCE})
    made = urgent.message(found, mailing(desk.config.digests[0]), digest="desk", zone="Asia/Baku")
    assert made.as_bytes() == mail.body
    assert read(mail)["List-Unsubscribe"] == "<mailto:monitor@desk.example?subject=unsubscribe%20desk>"
