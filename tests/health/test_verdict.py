from datetime import UTC, datetime, timedelta

from monitor.health.rhythm import Arrival, learn
from monitor.health.verdict import Outage, Poll, Status, judge, outages, overflowed

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def polls(*statuses, every=timedelta(minutes=30), **more):
    start = NOW - every * (len(statuses) - 1)
    return [Poll(at=start + every * n, status=status, **more) for n, status in enumerate(statuses)]


def health(found, arrivals=(), **more):
    return judge(found, arrivals=[Arrival(at=at) for at in arrivals], zone="Asia/Baku", now=NOW, **more)


def days(*numbers):
    return [NOW - timedelta(days=n) for n in numbers]


def test_a_blip_is_no_news_and_a_lasting_failure_is_told_with_its_beginning_and_cause():
    assert health(polls("ok", "failed", "failed")).status is Status.OK
    found = health(polls("ok", "failed", "failed", "failed", reason="DNS: no such host"))
    assert (found.status, found.since, found.note) == (Status.FAILING, NOW - timedelta(hours=1), "DNS: no such host")


def test_quick_retries_alone_do_not_make_a_failure():
    assert health(polls("ok", "failed", "failed", "failed", every=timedelta(minutes=1))).status is Status.OK


def test_one_good_poll_makes_it_well_again():
    assert health(polls("failed", "failed", "failed", "not-modified")).status is Status.OK


def test_a_source_that_refuses_is_blocked():
    assert health(polls("ok", "blocked", "blocked", "blocked")).status is Status.BLOCKED


def test_our_own_outage_blames_nobody():
    down = Outage(start=NOW - timedelta(hours=5), end=NOW)
    assert health(polls("ok", *["failed"] * 9), outages=[down]).status is Status.OK


def test_nearly_everybody_failing_at_once_is_our_own_outage():
    def of(source, *statuses):
        return [(source, poll) for poll in polls(*statuses)]

    alike = [*of("a", "ok", "failed", "failed"), *of("b", "ok", "failed", "failed"), *of("c", "ok", "failed", "failed")]
    assert [(o.start, o.end) for o in outages(alike)] == [(NOW - timedelta(minutes=30), NOW + timedelta(minutes=30))]
    assert outages([*alike, *of("d", "ok", "ok", "ok"), *of("e", "ok", "ok", "ok")]) == ()


def test_an_answer_with_nothing_where_there_used_to_be_entries_is_told():
    assert health(polls("empty", "empty", "empty"), arrivals=days(3)).status is Status.EMPTY
    assert health(polls("empty", "empty", "empty")).status is Status.OK


def test_a_weekly_paper_is_not_silent_after_nine_days_and_is_after_four_weeks():
    weekly = days(*range(200, 9, -7))
    assert health(polls("ok", "not-modified"), arrivals=[*weekly, *days(9)]).status is Status.OK
    found = health(polls("ok", "not-modified"), arrivals=days(*range(210, 27, -7)))
    assert found.status is Status.SILENT
    assert "nothing new for 28" in found.note


def test_a_night_and_a_weekend_are_forgiven_to_an_outlet_that_sleeps_then():
    working = [d + timedelta(hours=h) for d in days(*range(50, 2, -1)) for h in range(10) if d.weekday() < 5]
    monday = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
    friday = [Arrival(at=a) for a in working if a < monday - timedelta(days=2)]
    assert (
        judge([Poll(at=monday, status="not-modified")], arrivals=friday, zone="Asia/Baku", now=monday).status
        is Status.OK
    )
    wednesday = monday + timedelta(days=2, hours=8)
    late = judge([Poll(at=wednesday, status="not-modified")], arrivals=friday, zone="Asia/Baku", now=wednesday)
    assert late.status is Status.SILENT


def test_a_feed_that_shows_the_same_newest_entry_for_ever_is_frozen():
    arrivals = days(*range(60, 19, -1))
    found = polls("ok", "ok", "ok", entries=20, newest_at=arrivals[-1])
    assert health(found, arrivals=arrivals).status is Status.FROZEN


def test_silence_is_counted_only_up_to_the_last_answer():
    arrivals = days(*range(60, 19, -1))
    old = [Poll(at=arrivals[-1] + timedelta(hours=1), status="ok"), *polls("failed", "failed")]
    assert health(old, arrivals=arrivals).status is Status.OK


def test_pages_that_stop_giving_articles_tell_of_a_new_layout():
    before = polls(*["ok"] * 6, read=3, new=1, entries=20)
    after = polls(*["ok"] * 6, read=3, not_articles=3, new=1, entries=20)
    before = [Poll(at=p.at - timedelta(days=1), status="ok", read=3, new=1, entries=20) for p in before]
    found = health([*before, *after], arrivals=[p.at for p in after])
    assert found.status is Status.SHRUNK
    assert "layout" in found.note


def test_a_poll_full_of_new_entries_warns_of_lost_ones():
    assert overflowed(entries=20, new=20)
    assert not overflowed(entries=20, new=19)
    assert not overflowed(entries=4, new=4)
    found = health(polls("ok", entries=20, new=20, overflowed=True), arrivals=[NOW])
    assert (found.status, found.note[:29]) == (Status.OVERFLOW, "20 of 20 entries were new: ot")


def test_a_silence_in_which_nobody_looked_excuses_no_other():
    daily = days(*range(90, 9, -1))
    away = [Arrival(at=at, looked_at=at - timedelta(hours=1)) for at in daily[:40]]
    away += [Arrival(at=at, looked_at=at - timedelta(hours=1)) for at in daily[60:]]
    looked = [*away[:40], Arrival(at=away[40].at, looked_at=away[39].at), *away[41:]]
    known, unknown = (learn(each, zone="Asia/Baku", now=NOW) for each in (looked, away))
    assert known.silence(NOW) < unknown.silence(NOW)


def test_a_source_that_was_silent_once_is_not_waited_for_much_longer():
    once = [*days(*range(120, 90, -1)), *days(*range(70, 10, -1))]
    rhythm = learn([Arrival(at=at) for at in once], zone="Asia/Baku", now=NOW)
    assert rhythm.silence(NOW) - NOW < timedelta(days=12)


def test_a_feed_without_dates_is_well_and_says_so():
    found = health(polls("ok", entries=20, new=1, undated=20), arrivals=[NOW])
    assert (found.status, found.ok) == (Status.UNDATED, True)


def test_nobody_asked_is_unvisited():
    assert health([]).status is Status.UNVISITED
