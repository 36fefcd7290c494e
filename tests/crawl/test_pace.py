"""The interval follows how much of a channel is new, between bounds."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.crawl.pace import Look, interval

HOUR = timedelta(hours=1)
looks = st.builds(
    lambda entries, share, hours, first: Look(
        entries=entries,
        known=int(entries * share),
        depth=None if hours is None else timedelta(hours=hours),
        first=first,
    ),
    st.integers(0, 500),
    st.floats(0, 1),
    st.none() | st.floats(0, 2_000),
    st.booleans(),
)


def test_much_news_brings_the_next_visit_nearer() -> None:
    assert interval(HOUR, every=HOUR, looks=[Look(entries=20, known=5)]) == HOUR / 2


def test_little_news_puts_it_off_step_by_step_to_four_times_the_sources_own() -> None:
    current = HOUR
    for _ in range(20):
        longer = interval(current, every=HOUR, looks=[Look(entries=20, known=20)])
        assert longer >= current
        current = longer
    assert current == 4 * HOUR


def test_one_busy_channel_outweighs_quiet_ones() -> None:
    quiet, busy = Look(entries=20, known=20), Look(entries=20, known=0)
    assert interval(HOUR, every=HOUR, looks=[quiet, busy]) == HOUR / 2


def test_half_of_what_a_feed_holds_is_never_exceeded() -> None:
    assert interval(HOUR, every=HOUR, looks=[Look(entries=20, known=20, depth=timedelta(minutes=50))]) == HOUR * 25 / 60


def test_the_first_look_and_short_feeds_say_nothing_of_the_pace() -> None:
    assert interval(HOUR, every=HOUR, looks=[Look(entries=50, known=0, first=True), Look(entries=2, known=0)]) == HOUR


def test_only_a_feed_that_was_known_before_can_overflow() -> None:
    assert Look(entries=20, known=0).overflowed
    assert not Look(entries=20, known=0, first=True).overflowed
    assert not Look(entries=20, known=1).overflowed


@given(st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=30)), st.lists(looks, max_size=4))
def test_the_interval_stays_between_its_bounds(every: timedelta, seen: list[Look]) -> None:
    current = every
    for _ in range(5):
        current = interval(current, every=every, looks=seen)
        assert min(every, max(every / 4, timedelta(minutes=5))) <= current <= every * 4
