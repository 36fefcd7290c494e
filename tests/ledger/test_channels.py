from datetime import timedelta

from monitor.ledger import Ledger, channels, runs
from monitor.model import ChannelKind, ChannelReport, Validators
from tests.ledger.conftest import NOW

FEED = "https://qarabag-xeber.example/rss"


def note(ledger: Ledger, run: int, status: str, *, minutes: int = 0, entries: int = 0, new: int = 0) -> None:
    report = ChannelReport(url=FEED, kind=ChannelKind.FEED, status=status, entries=entries, covered_from=NOW)
    channels.note(
        ledger,
        run=run,
        source="qarabag-xeber",
        report=report,
        now=NOW + timedelta(minutes=minutes),
        new=new,
        undated=1,
        newest_at=NOW,
    )


def test_a_channel_that_was_never_polled_has_an_empty_state(ledger: Ledger) -> None:
    state = channels.state(ledger, source="qarabag-xeber", url=FEED)
    assert (state.validators, state.polls, state.unchanged, state.failures) == (Validators(), (), 0, 0)


def test_polls_are_remembered_newest_first_with_what_health_is_judged_on(ledger: Ledger, run: int) -> None:
    note(ledger, run, "ok", entries=20, new=3)
    note(ledger, run, "not-modified", minutes=5)
    newest, oldest = channels.state(ledger, source="qarabag-xeber", url=FEED).polls
    assert (newest.status, oldest.status) == ("not-modified", "ok")
    assert oldest == channels.Poll(
        run=run, at=NOW, status="ok", entries=20, new=3, undated=1, newest_at=NOW, covered_from=NOW
    )


def test_answers_in_a_row_are_counted(ledger: Ledger, run: int) -> None:
    for minutes, status in enumerate(["ok", "not-modified", "not-modified"]):
        note(ledger, run, status, minutes=minutes)
    assert channels.state(ledger, source="qarabag-xeber", url=FEED).unchanged == 2
    note(ledger, run, "failed: 503", minutes=5)
    note(ledger, run, "blocked: 403", minutes=6)
    state = channels.state(ledger, source="qarabag-xeber", url=FEED)
    assert (state.unchanged, state.failures) == (0, 2)


def test_forgotten_validators_make_the_next_request_unconditional(ledger: Ledger) -> None:
    with ledger.write() as connection:
        channels.remember(ledger, connection, source="s", url=FEED, validators=Validators(etag='W/"1"'), now=NOW)
        channels.remember(ledger, connection, source="s", url=FEED, validators=Validators(etag='W/"2"'), now=NOW)
    assert channels.validators(ledger, source="s", url=FEED) == Validators(etag='W/"2"')
    channels.forget(ledger, source="s", url=FEED)
    assert channels.validators(ledger, source="s", url=FEED) == Validators()


def test_a_visit_reports_the_polls_of_its_own_run_only(ledger: Ledger, run: int) -> None:
    note(ledger, run, "ok", entries=1)
    later = runs.start(ledger, kind="crawl", now=NOW)
    note(ledger, later, "not-modified")
    visit = runs.visited(ledger, run=later, source="qarabag-xeber", status="ok", started_at=NOW, now=NOW)
    assert [channel.status for channel in visit.channels] == ["not-modified"]
