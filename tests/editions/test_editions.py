import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.config import Config
from monitor.editions import Editor
from monitor.errors import UsageError
from monitor.ledger import Ledger, digests, mails
from monitor.outbox import Outbox
from tests.editions.world import SOURCE, land, revise

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
DAY = date(2026, 11, 23)
ZONES = ["Asia/Baku", "Europe/Kyiv", "America/New_York", "Asia/Tehran", "Pacific/Auckland", "UTC"]


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(tmp_path / "monitor.db") as opened:
        yield opened


def editor(ledger, tmp_path, *, zone="Asia/Baku", server=None, **digest):
    settings = {"to": ["ayse@desk.example"], "from": "monitor@desk.example"} | digest
    config = Config(timezone=zone, digest=[settings])
    return Editor(
        config=config,
        ledger=ledger,
        outbox=Outbox(ledger, tmp_path / "outbox", server=server),
        sources=(SOURCE,),
    )


def names(day):
    return [item.name for item in day.items]


def test_the_digest_of_yesterday_is_made_once_and_holds_yesterday(ledger, tmp_path):
    desk = editor(ledger, tmp_path)
    before = land(ledger, 1, at=NOW - timedelta(days=2))
    yesterday = land(ledger, 2, at=datetime(2026, 11, 22, 20, 0, tzinfo=UTC))
    last = land(ledger, 3, at=datetime(2026, 11, 23, 19, 59, 59, tzinfo=UTC))
    today = land(ledger, 4, at=datetime(2026, 11, 23, 20, 0, tzinfo=UTC))
    made = desk.make_due(now=NOW)
    assert [(e.name, e.day) for e in made] == [("daily", DAY)]
    day = desk.day(desk.config.digests[0], DAY, now=NOW)
    assert names(day) == [yesterday, last]
    assert before not in names(day)
    assert today not in names(day)
    assert desk.make_due(now=NOW + timedelta(hours=1)) == ()


def test_a_digest_that_was_made_never_changes(ledger, tmp_path):
    desk = editor(ledger, tmp_path)
    digest = desk.config.digests[0]
    land(ledger, 1, at=NOW - timedelta(hours=12))
    desk.make_due(now=NOW)
    first = desk.message(digest, DAY, now=NOW).as_bytes()
    land(ledger, 2, at=NOW - timedelta(hours=11))
    assert desk.message(digest, DAY, now=NOW + timedelta(days=3)).as_bytes() == first


def test_an_article_that_comes_late_stands_in_the_next_digest(ledger, tmp_path):
    desk = editor(ledger, tmp_path)
    desk.make_due(now=NOW)
    late = land(ledger, 2, at=NOW - timedelta(hours=11))
    desk.make_due(now=NOW + timedelta(days=1))
    assert names(desk.day(desk.config.digests[0], DAY + timedelta(days=1), now=NOW)) == [late]


def test_a_changed_text_is_told_once_as_an_update(ledger, tmp_path):
    desk = editor(ledger, tmp_path)
    name = land(ledger, 1, at=NOW - timedelta(hours=12))
    desk.make_due(now=NOW)
    revise(ledger, name, at=NOW + timedelta(hours=2))
    desk.make_due(now=NOW + timedelta(days=1))
    desk.make_due(now=NOW + timedelta(days=2))
    digest = desk.config.digests[0]
    days = [desk.day(digest, DAY + timedelta(days=n), now=NOW) for n in range(3)]
    assert [[item.name for item in day.updates] for day in days] == [[], [name], []]


def test_a_digest_with_filters_holds_only_what_it_is_for(ledger, tmp_path):
    desk = editor(ledger, tmp_path, classes=["clearance"])
    land(ledger, 1, at=NOW - timedelta(hours=12))
    wanted = land(ledger, 2, at=NOW - timedelta(hours=12), category="clearance")
    desk.make_due(now=NOW)
    assert names(desk.day(desk.config.digests[0], DAY, now=NOW)) == [wanted]


def test_an_empty_day_is_mailed_unless_that_is_not_wanted(ledger, tmp_path):
    editor(ledger, tmp_path).make_due(now=NOW)
    assert [len(m.deliveries) for m in mails.waiting(ledger)] == [1]


def test_a_mail_that_was_given_up_is_told_in_the_next_digest_and_only_there(ledger, tmp_path):
    desk = editor(ledger, tmp_path)
    told = {}
    for hours in range(120):
        now = NOW + timedelta(hours=hours)
        for edition in desk.make_due(now=now):
            told[str(edition.day)] = [note for note in edition.snapshot["notes"] if "digest/daily/2026-11-23" in note]
        desk.outbox.post(now=now)
    assert {day for day, notes in told.items() if notes} == {"2026-11-27"}
    assert "did not surely reach 1 of 1 recipients: no mail server" in told["2026-11-27"][0]


def test_a_day_that_is_not_over_is_refused_with_the_remedy(ledger, tmp_path):
    desk = editor(ledger, tmp_path)
    with pytest.raises(UsageError, match="not over yet"):
        desk.day(desk.config.digests[0], DAY + timedelta(days=1), now=NOW)


def test_a_past_day_without_digest_can_be_looked_at_without_making_it(ledger, tmp_path):
    desk = editor(ledger, tmp_path)
    old = land(ledger, 1, at=NOW - timedelta(days=9, hours=12))
    assert names(desk.day(desk.config.digests[0], DAY - timedelta(days=9), now=NOW)) == [old]
    assert digests.latest(ledger, name="daily") is None


class Stopped(BaseException):
    """The program was killed."""


class Stumbling(Outbox):
    """An outbox before which the program is sometimes killed."""

    def __init__(self, *args, rng, **more):
        super().__init__(*args, **more)
        self._rng = rng

    def put(self, **mail):
        if self._rng.random() < 0.1:
            raise Stopped
        path = super().put(**mail)
        if self._rng.random() < 0.05:
            raise Stopped
        return path


def live(ledger, tmp_path, *, zone, days, seed, zones=()):
    """A program that is stopped, killed and restarted at random for so many days; (days, mails, editions, articles)."""
    rng = random.Random(f"{zone} {seed}")
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    end, number, landed = at + timedelta(days=days), 0, set()
    first = None
    while at < end:
        # Mostly minutes; sometimes the machine sleeps for days.
        at += timedelta(minutes=rng.choice([7, 31, 180, 400, 1500, 4000 if rng.random() < 0.1 else 200]))
        used = rng.choice(zones) if zones and rng.random() < 0.05 else zone
        zone = used
        desk = editor(ledger, tmp_path, zone=used)
        stumbling = Stumbling(ledger, tmp_path / "outbox", server=None, rng=rng)
        desk = Editor(config=desk.config, ledger=ledger, outbox=stumbling, sources=(SOURCE,))
        try:
            made = desk.make_due(now=at)
            first = first or (made and made[0].start) or None
        except Stopped:
            continue
        if rng.random() < 0.3:
            number += 1
            landed.add((land(ledger, number, at=at), at))
    desk = editor(ledger, tmp_path, zone=zone)
    desk.make_due(now=end + timedelta(days=2))
    return landed, zone


def proof(ledger, tmp_path, *, zone, days, seed=1, zones=()):
    landed, zone = live(ledger, tmp_path, zone=zone, days=days, seed=seed, zones=zones)
    desk = editor(ledger, tmp_path, zone=zone)
    digest = desk.config.digests[0]
    last = digests.latest(ledger, name="daily").day
    told, made, day = Counter(), 0, last
    while digests.find(ledger, name="daily", day=day):
        told.update(names(desk.day(digest, day, now=NOW)))
        made += 1
        day -= timedelta(days=1)
    begin = digests.find(ledger, name="daily", day=day + timedelta(days=1)).start
    keys = [mail.key for mail in mails.waiting(ledger)]
    assert len(keys) == len(set(keys)) == made
    assert made >= days
    assert told == Counter(name for name, at in landed if at >= begin)


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland"])
def test_whenever_it_is_stopped_each_local_day_has_one_digest_and_each_article_stands_in_one(ledger, tmp_path, zone):
    proof(ledger, tmp_path, zone=zone, days=40)


def test_a_change_of_zone_neither_repeats_nor_drops_an_article(ledger, tmp_path):
    proof(ledger, tmp_path, zone="Asia/Baku", days=40, zones=("Pacific/Auckland", "America/New_York"))


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("zone", ZONES)
def test_over_four_hundred_days_in_six_zones_each_day_has_one_digest(ledger, tmp_path, zone):
    proof(ledger, tmp_path, zone=zone, days=400)


def test_the_clock_changes_of_a_year_fall_on_days_of_23_and_25_hours_with_one_digest_each(ledger, tmp_path):
    desk = editor(ledger, tmp_path, zone="Europe/Kyiv")
    start = datetime(2026, 10, 23, 12, tzinfo=ZoneInfo("Europe/Kyiv"))
    days = [e.day for n in range(24 * 4) for e in desk.make_due(now=(start.astimezone(UTC) + timedelta(hours=n)))]
    assert days == [date(2026, 10, 22) + timedelta(days=n) for n in range(5)]
