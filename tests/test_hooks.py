import json
import random
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from monitor import hooks as room
from monitor import lock
from monitor.config import Config
from monitor.editions import Editor
from monitor.hooks import Hooks
from monitor.ledger import Ledger, notices, prune, runs
from monitor.ledger import schema as t
from monitor.model import ChannelKind, ChannelReport
from monitor.outbox import Outbox
from tests.editions.world import SOURCE, land
from tests.receiver import Receiver as Desk

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.at = NOW

    def __call__(self):
        return self.at


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(tmp_path / "monitor.db") as opened:
        yield opened


@pytest.fixture
def clock():
    return Clock()


def hooks(ledger, tmp_path, *desks, sources=(SOURCE,), digest=(), **more):
    named = [{"name": f"desk-{n}", "url": desk.url, "timeout": 0.3} | more for n, desk in enumerate(desks, 1)]
    editor = Editor(
        config=Config(timezone="Asia/Baku", hook=named, digest=list(digest)),
        ledger=ledger,
        outbox=Outbox(ledger, tmp_path / "outbox", server=None),
        sources=sources,
    )
    return Hooks(editor=editor, folder=tmp_path / "outbox")


def turn(box, clock, *, at=None):
    clock.at = at or clock.at
    box.make(now=clock())
    return box.post(now=clock)


def told(desk, kind="article.landed"):
    """(id, data) of every notice of the kind that came in, in their order."""
    bodies = [(request.headers["webhook-id"], json.loads(request.body)) for request in desk.requests]
    return [(uid, body["data"]) for uid, body in bodies if body["type"] == kind]


def names(desk):
    return [data["name"] for _, data in told(desk)]


def test_each_article_that_lands_is_told_once_with_its_sidecar_and_text(ledger, tmp_path, clock):
    with Desk() as desk:
        box = hooks(ledger, tmp_path, desk)
        box.know(now=NOW)
        first = land(ledger, 1, at=NOW, title="Ağdamda mina partladı")
        assert turn(box, clock).accepted == 1
        second = land(ledger, 2, at=NOW + HOUR, title="Մարտունիում ական է պայթել")
        assert turn(box, clock, at=NOW + HOUR).accepted == 1
        assert turn(box, clock, at=NOW + 2 * HOUR).accepted == 0
    (_, one), (_, two) = told(desk)
    assert (one["title"], two["title"]) == ("Ağdamda mina partladı", "Մարտունիում ական է պայթել")
    assert (one["name"], two["name"]) == (first, second)
    assert one["country"] == "AZ"
    assert one["text"].startswith("Ağdamda mina partladı\n")
    body = json.loads(desk.requests[0].body)
    assert (body["schema"], body["type"], body["timestamp"]) == (
        "monitor.hook/1",
        "article.landed",
        "2026-11-24T03:00:00Z",
    )
    assert len({request.headers["webhook-id"] for request in desk.requests}) == 2


def test_what_landed_before_the_hook_was_known_is_not_told(ledger, tmp_path, clock):
    land(ledger, 1, at=NOW - HOUR)
    with Desk() as desk:
        box = hooks(ledger, tmp_path, desk)
        turn(box, clock)
        name = land(ledger, 2, at=NOW + HOUR)
        turn(box, clock, at=NOW + HOUR)
    assert names(desk) == [name]


def test_each_hook_hears_what_it_asked_for(ledger, tmp_path, clock):
    with Desk() as az, Desk() as ge, Desk() as incidents, Desk() as georgian, Desk() as digests:
        wanted = ({"countries": ["AZ"]}, {"countries": ["GE"]}, {"classes": ["incident"]}, {"languages": ["ka"]})
        config = [
            {"name": f"desk-{n}", "url": desk.url, **more}
            for n, (desk, more) in enumerate(
                zip((az, ge, incidents, georgian, digests), (*wanted, {"events": ["digests"]}), strict=True)
            )
        ]
        box = hooks(ledger, tmp_path)
        editor = Editor(config=Config(hook=config), ledger=ledger, outbox=box.editor.outbox, sources=box.editor.sources)
        box = Hooks(editor=editor, folder=box.folder)
        box.know(now=NOW)
        one, two = land(ledger, 1, at=NOW), land(ledger, 2, at=NOW, category="clearance")
        turn(box, clock)
    assert [names(desk) for desk in (az, ge, incidents, georgian, digests)] == [[one, two], [], [one], [], []]


@pytest.mark.parametrize("answer", ["404", "422", "429", "500", "503", "307", "drop", "shut", "hang", "garbage"])
def test_whatever_goes_wrong_it_is_told_later_under_the_same_id_and_once_accepted_never_again(
    ledger, tmp_path, clock, answer
):
    with Desk(answer) as desk:
        box = hooks(ledger, tmp_path, desk)
        box.know(now=NOW)
        wanted = [land(ledger, number, at=NOW) for number in range(3)]
        failed = turn(box, clock)
        assert (failed.accepted, failed.waiting, len(failed.problems)) == (0, 3, 1)
        heard = len(desk.requests)
        # A receiver that is in no order is left alone, one that only refuses a body is asked about the others.
        assert heard == {"422": 3, "shut": 0}.get(answer, 1)
        desk.answer = "200"
        assert turn(box, clock, at=NOW + timedelta(minutes=1)).accepted == 0
        assert turn(box, clock, at=NOW + HOUR).accepted == 3
        for hours in range(2, 90, 5):
            assert turn(box, clock, at=NOW + hours * HOUR).accepted == 0
    assert names(desk)[heard:] == wanted
    ids = {name: {uid for uid, data in told(desk) if data["name"] == name} for name in wanted}
    assert all(len(each) == 1 for each in ids.values())
    bodies = {request.headers["webhook-id"]: set() for request in desk.requests}
    for request in desk.requests:
        bodies[request.headers["webhook-id"]].add(request.body)
    assert all(len(each) == 1 for each in bodies.values())


def test_a_dead_hook_is_asked_less_and_less_and_given_up_after_three_days_which_is_said(ledger, tmp_path, clock):
    with Desk("500") as desk:
        box = hooks(ledger, tmp_path, desk)
        box.know(now=NOW)
        for number in range(30):
            land(ledger, number, at=NOW)
        ended = sum(turn(box, clock, at=NOW + timedelta(minutes=10 * n)).ended for n in range(6 * 80))
        assert len(desk.requests) < 30
    assert ended == 30
    assert "30 notices: 500" in notices.trouble(ledger, "desk-1", since=NOW + 70 * HOUR)
    assert notices.trouble(ledger, "desk-1", since=NOW + 200 * HOUR) is None


def test_the_receiver_may_say_how_long_to_leave_it_alone(ledger, tmp_path, clock):
    with Desk("429", headers="Retry-After: 7200\r\n") as desk:
        box = hooks(ledger, tmp_path, desk)
        box.know(now=NOW)
        land(ledger, 1, at=NOW)
        turn(box, clock)
        turn(box, clock, at=NOW + HOUR)
        assert len(desk.requests) == 1
        turn(box, clock, at=NOW + 2 * HOUR)
        assert len(desk.requests) == 2


def test_a_hook_that_wants_no_more_is_switched_off_until_a_person_says_otherwise(ledger, tmp_path, clock):
    with Desk("410") as desk:
        box = hooks(ledger, tmp_path, desk)
        box.know(now=NOW)
        first = land(ledger, 1, at=NOW)
        found = turn(box, clock)
        assert found.ended == 1
        assert "desk-1: 410 Gone: switched off" in found.problems[0]
        desk.answer = "200"
        second = land(ledger, 2, at=NOW + HOUR)
        assert turn(box, clock, at=NOW + HOUR) == room.Told()
        assert len(desk.requests) == 1
        assert "off since 2026-11-24 03:00" in notices.trouble(ledger, "desk-1", since=NOW)

        assert notices.retry(ledger, hook="desk-1", now=clock()) == 1
        assert turn(box, clock).accepted == 2
    assert names(desk) == [first, first, second]


def test_another_address_under_the_same_name_begins_afresh(ledger, tmp_path, clock):
    with Desk("410") as old, Desk() as new:
        box = hooks(ledger, tmp_path, old)
        box.know(now=NOW)
        land(ledger, 1, at=NOW)
        turn(box, clock)
        name = land(ledger, 2, at=NOW + HOUR)
        box = hooks(ledger, tmp_path, new)
        assert turn(box, clock, at=NOW + HOUR).accepted == 1
    assert names(new) == [name]


def test_one_dead_hook_keeps_no_other_from_hearing(ledger, tmp_path, clock):
    with Desk("hang") as dead, Desk() as well:
        box = hooks(ledger, tmp_path, dead, well)
        box.know(now=NOW)
        wanted = [land(ledger, number, at=NOW) for number in range(5)]
        assert turn(box, clock).accepted == 5
    assert (len(dead.requests), names(well)) == (1, wanted)


def test_a_secret_that_is_not_there_stops_its_hook_and_no_other(ledger, tmp_path, clock):
    with Desk() as first, Desk() as second:
        box = hooks(ledger, tmp_path, first, second)
        config = box.editor.config
        broken = config.hook[0].model_copy(update={"secret_file": str(tmp_path / "none")})
        config = config.model_copy(update={"hook": (broken, config.hook[1])})
        editor = Editor(config=config, ledger=ledger, outbox=box.editor.outbox, sources=(SOURCE,))
        box = Hooks(editor=editor, folder=box.folder)
        box.know(now=NOW)
        land(ledger, 1, at=NOW)
        found = turn(box, clock)
    assert (len(first.requests), len(second.requests), found.waiting) == (0, 1, 1)
    assert "secret_file" in found.problems[0]


class Killed(BaseException):
    """The program was killed."""


def test_killed_whenever_nothing_is_lost_and_each_kill_repeats_one_at_most(ledger, tmp_path, clock, monkeypatch):
    rng = random.Random(7)
    kills = 0
    settle, post = notices.settle, room.post

    def stumbling(work):
        def stumble(*arguments, **named):
            nonlocal kills
            if rng.random() < 0.2:
                kills += 1
                raise Killed
            return work(*arguments, **named)

        return stumble

    with Desk() as desk:
        hooks(ledger, tmp_path, desk).know(now=NOW)
        wanted = []
        with monkeypatch.context() as patch:
            patch.setattr("monitor.hooks.post", stumbling(post))
            patch.setattr("monitor.ledger.notices.settle", stumbling(settle))
            for number in range(60):
                clock.at += timedelta(minutes=7)
                wanted.append(land(ledger, number, at=clock()))
                try:
                    turn(hooks(ledger, tmp_path, desk), clock)
                except Killed:
                    continue
        turn(hooks(ledger, tmp_path, desk), clock, at=clock() + HOUR)
    heard = names(desk)
    assert kills > 10
    assert set(heard) == set(wanted)
    assert list(dict.fromkeys(heard)) == wanted
    assert len(heard) - len(wanted) <= kills
    assert len({uid for uid, _ in told(desk)}) == len(wanted)


def test_two_processes_do_not_post_at_once(ledger, tmp_path, clock):
    with Desk() as desk:
        box = hooks(ledger, tmp_path, desk)
        box.know(now=NOW)
        land(ledger, 1, at=NOW)
        with lock.hold(tmp_path / "outbox" / ".hooks.lock", what="posting"):
            found = turn(box, clock)
            assert (found.accepted, found.waiting) == (0, 1)
            assert "held by process" in found.problems[0]
        assert turn(box, clock).accepted == 1
    assert len(desk.requests) == 1


def test_posting_stops_between_two_notices_when_it_is_told_to(ledger, tmp_path, clock):
    with Desk() as desk:
        box = hooks(ledger, tmp_path, desk)
        box.know(now=NOW)
        for number in range(5):
            land(ledger, number, at=NOW)
        box.make(now=NOW)
        assert box.post(now=clock, going=lambda: len(desk.requests) < 2).accepted == 2
        assert box.post(now=clock).accepted == 3


def test_a_digest_that_was_made_is_told_once(ledger, tmp_path, clock):
    with Desk() as desk:
        box = hooks(ledger, tmp_path, desk, events=["digests"])
        box.know(now=NOW - 24 * HOUR)
        name = land(ledger, 1, at=NOW - 12 * HOUR, title="ნაღმი აფეთქდა")
        (edition,) = box.editor.make_due(now=NOW + HOUR)
        turn(box, clock, at=NOW + HOUR)
        turn(box, clock, at=NOW + 2 * HOUR)
    ((_, data),) = told(desk, "digest.made")
    assert (data["digest"], data["day"], data["articles"], data["incidents"]) == ("daily", str(edition.day), 1, 1)
    assert data["subject"].startswith("Mine monitor 2026-11-23: 1 incident, 1 article")
    assert [(item["name"], item["title"]) for item in data["items"]] == [(name, "ნაღმი აფეთქდა")]


def visited(ledger, at, status):
    run = runs.start(ledger, kind="crawl", now=at)
    report = ChannelReport(url=SOURCE.channels[0].url, kind=ChannelKind.FEED, status=status, entries=3)
    from monitor.ledger import channels

    channels.note(ledger, run=run, source=SOURCE.id, report=report, now=at, newest_at=at)
    runs.finish(ledger, run=run, now=at)


def test_a_source_that_ails_and_recovers_is_told_once_each(ledger, tmp_path, clock):
    with Desk() as desk:
        box = hooks(ledger, tmp_path, desk, events=["health"])
        box.know(now=NOW)
        for hours in range(12):
            visited(ledger, NOW + hours * HOUR, "ok" if hours < 3 or hours > 7 else "failed: 503")
            turn(box, clock, at=NOW + hours * HOUR)
    ((_, ailing),) = told(desk, "source.ailing")
    ((_, well),) = told(desk, "source.recovered")
    assert (ailing["id"], ailing["status"]) == (SOURCE.id, "failing")
    assert "503" in ailing["note"]
    assert (well["id"], well["status"]) == (SOURCE.id, "ok")


def test_two_that_look_at_the_sources_at_once_tell_of_a_change_once(ledger, tmp_path):
    with Desk() as desk:
        box = hooks(ledger, tmp_path, desk, events=["health"])
        box.know(now=NOW)
        for hours in range(5):
            visited(ledger, NOW + hours * HOUR, "failed: 503")
        known, config = notices.find(ledger, "desk-1"), box.editor.config.hook[0]
        made = [box._health(config, known, now=NOW + timedelta(hours=5, seconds=seconds)) for seconds in (0, 1)]
    assert made == [1, 0]


def test_the_next_digest_says_what_a_hook_never_got(ledger, tmp_path, clock):
    with Desk("500") as desk:
        box = hooks(ledger, tmp_path, desk)
        box.know(now=NOW)
        land(ledger, 1, at=NOW)
        told_of = {}
        for hours in range(150):
            for edition in box.editor.make_due(now=NOW + hours * HOUR):
                told_of[str(edition.day)] = [note for note in edition.snapshot["notes"] if "hook" in note]
            turn(box, clock, at=NOW + hours * HOUR)
    assert [note for notes in told_of.values() for note in notes] == [
        "The hook desk-1 was not reached with 1 notice: 500 Internal Server Error"
    ]
    assert told_of["2026-11-26"] != []


def test_bodies_go_when_they_are_done_with_and_the_memory_of_what_was_told_stays(ledger, tmp_path, clock):
    with Desk() as desk, Desk("500") as dead:
        box = hooks(ledger, tmp_path, desk, dead)
        box.know(now=NOW)
        land(ledger, 1, at=NOW)
        for hours in range(90):
            turn(box, clock, at=NOW + hours * HOUR)
        prune.history(ledger, before=NOW + 100 * HOUR)
        turn(box, clock, at=NOW + 101 * HOUR)
    assert len(desk.requests) == 1
    with ledger.read() as connection:
        assert connection.execute(sa.select(t.notice.c.body)).scalars().all() == [b"", b""]
    assert notices.retry(ledger, hook="desk-2", now=clock()) == 0
