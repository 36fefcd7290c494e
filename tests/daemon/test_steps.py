from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from monitor.daemon.steps import TOLERANCE, Steps

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class Clocks:
    wall: datetime = NOON
    ticks: float = 50.0

    def pass_by(self, seconds: float, *, set_by: timedelta = timedelta(), asleep: float = 0.0) -> None:
        """The machine runs for `seconds`, sleeps for `asleep` (when the monotonic clock stands), the clock is set."""
        self.ticks += seconds
        self.wall += timedelta(seconds=seconds + asleep) + set_by

    def steps(self) -> Steps:
        return Steps(wall=lambda: self.wall, time=lambda: self.ticks)


def test_clocks_that_go_alike_show_no_step():
    clocks = Clocks()
    steps = clocks.steps()
    for _ in range(100):
        clocks.pass_by(60)
        assert steps.step() == timedelta()


@pytest.mark.parametrize(
    "set_by", [timedelta(hours=-6), timedelta(minutes=-1), timedelta(minutes=1), timedelta(days=9)]
)
def test_a_clock_that_is_set_shows_by_how_much_once(set_by):
    clocks = Clocks()
    steps = clocks.steps()
    clocks.pass_by(1, set_by=set_by)
    assert steps.step() == set_by
    clocks.pass_by(1)
    assert steps.step() == timedelta()


def test_a_machine_that_slept_is_ahead_by_its_sleep():
    clocks = Clocks()
    steps = clocks.steps()
    clocks.pass_by(1, asleep=8 * 3600)
    assert steps.step() == timedelta(hours=8)


def test_a_loop_that_was_blocked_is_no_step():
    clocks = Clocks()
    steps = clocks.steps()
    clocks.pass_by(300)
    assert steps.step() == timedelta()


def test_the_clocks_own_steering_is_no_step():
    clocks = Clocks()
    steps = clocks.steps()
    for _ in range(50):
        clocks.pass_by(3600, set_by=TOLERANCE / 2)
        assert steps.step() == timedelta()
