"""A simulated year of forty sources, in which the truth is known."""

import pytest

from bench import health


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_every_end_is_told_in_time_and_hardly_ever_a_wrong_one(seed: int) -> None:
    table, ends, told, false_alarms = health.report(seed=seed, sources=40)
    assert told == ends == 24, table
    assert false_alarms <= 1
