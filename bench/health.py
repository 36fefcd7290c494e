"""Forty sources with their own rhythms live a year, some die: how soon is a death told, how often is one told wrongly?

    python -m bench.health [--seed N] [--sources N]

The simulator knows the truth. "Expected gap" is the longest gap that a source's true process shows in a median year.
"""

import argparse
import random
import statistics
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from monitor.health.rhythm import Arrival
from monitor.health.verdict import Outage, Poll, Status, judge, outages

START = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
LATER = timedelta(days=180)
"""So long is a source that has ended watched on."""
RATES = (1, 2, 3.5, 7, 14, 35, 70, 168)
"""Arrivals a week: from a story a week to one an hour."""
LONGEST = 60
"""Silences of a source that are judged: a shorter one raises no alarm where a longer one did not."""
BAD = {Status.SILENT, Status.FROZEN, Status.EMPTY, Status.FAILING, Status.BLOCKED, Status.SHRUNK}


@dataclass(frozen=True)
class Life:
    """One source: its rhythm and what befalls it."""

    rate: float
    night: float
    weekend: float
    burst: float
    end: datetime | None
    how: str

    def weight(self, moment: datetime) -> float:
        local = moment + timedelta(hours=4)
        return (self.night if local.hour < 7 else 1.0) * (self.weekend if local.weekday() > 4 else 1.0)

    def arrivals(self, rng: random.Random, start: datetime, end: datetime) -> list[datetime]:
        """A Poisson process thinned by the hour, with some stories that follow each other closely."""
        mean = (7 + 17 * 1.0) / 24 if self.night == 1 else (7 * self.night + 17) / 24
        mean *= (5 + 2 * self.weekend) / 7
        top = self.rate / 168 / mean
        moment, found = start, []
        while (moment := moment + timedelta(hours=rng.expovariate(top))) < end:
            if rng.random() < self.weight(moment):
                found.append(moment)
                if rng.random() < self.burst:
                    found.append(moment + timedelta(minutes=rng.uniform(5, 90)))
        return sorted(found)


def life(rng: random.Random, number: int) -> Life:
    how = ("lives", "dies", "freezes", "lives", "redesigned")[number % 5]
    end = START + timedelta(days=rng.uniform(200, 330)) if how in {"dies", "freezes", "redesigned"} else None
    return Life(
        RATES[number % len(RATES)],
        rng.choice([0.02, 0.2, 1.0]),
        rng.choice([0.1, 0.5, 1.0]),
        rng.choice([0, 0.3]),
        end,
        how,
    )


def expected_gap(life: Life, rng: random.Random) -> timedelta:
    years = []
    for _ in range(15):
        times = life.arrivals(rng, START, START + YEAR)
        years.append(max((b - a for a, b in pairwise(times)), default=YEAR))
    return statistics.median(years)


def polls(life: Life, rng: random.Random, down: list[Outage]) -> tuple[list[Poll], timedelta]:
    every = max(timedelta(minutes=30), min(timedelta(hours=6), timedelta(hours=168 / life.rate / 4)))
    stop = max(START + YEAR, life.end + LATER) if life.end else START + YEAR
    times = life.arrivals(rng, START, stop)
    found, at, seen = [], START, 0
    while (at := at + every) < stop:
        dead = life.end is not None and at >= life.end and life.how != "redesigned"
        if any(o.covers(at) for o in down) or rng.random() < 0.004:
            found.append(Poll(at=at, status="failed", reason="timeout"))
            continue
        upto = bisect_right(times, min(at, life.end) if dead else at)
        new, seen = upto - seen, upto
        newest = times[upto - 1] if upto else None
        broken = life.how == "redesigned" and life.end is not None and at >= life.end
        read = min(new, 3)
        found.append(
            Poll(
                at=at,
                status="ok" if new or life.how == "freezes" else "not-modified",
                entries=20 if new or life.how == "freezes" else 0,
                new=new,
                newest_at=newest,
                read=read,
                not_articles=read if broken else int(read > 0 and rng.random() < 0.1),
            )
        )
    return found, every


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sources", type=int, default=40)
    options = parser.parse_args()
    print(report(seed=options.seed, sources=options.sources)[0])


def report(*, seed: int, sources: int) -> tuple[str, int, int, float]:
    """(the table, deaths, deaths told in time, false alarms a source-year)."""
    rng = random.Random(seed)
    down = [
        Outage(start=s, end=s + timedelta(hours=rng.uniform(2, 20)))
        for s in (START + timedelta(days=rng.uniform(0, 365)) for _ in range(6))
    ]
    lives = [life(rng, n) for n in range(sources)]
    histories = [polls(one, rng, down) for one in lives]
    own = outages((str(n), poll) for n, (found, _) in enumerate(histories) for poll in found)
    rows, deaths, told, false, years = [], 0, 0, 0, 0.0
    for one, (found, every) in zip(lives, histories, strict=True):
        alarms, alarm_at = _alarms(one, found, own)
        years += ((one.end or START + YEAR) - START) / YEAR
        false += alarms
        if one.end is None:
            continue
        deaths += 1
        gap = expected_gap(one, rng)
        late = (alarm_at - one.end) if alarm_at else None
        allowed = 2 * gap + every if one.how != "redesigned" else 2 * gap + 8 * timedelta(hours=168 / one.rate) + every
        told += late is not None and late <= allowed
        rows.append(
            f"{one.how:11} {one.rate:6.1f}/week  expected gap {gap / timedelta(hours=1):5.0f} h  told after {late}"
        )
    rows.append(f"{told} of {deaths} ends told in time")
    rows.append(f"{false} false alarms in {years:.1f} source-years = {false / years:.2f} a source-year")
    return "\n".join(rows), deaths, told, false / years


def _alarms(one: Life, found: list[Poll], own: tuple[Outage, ...]) -> tuple[int, datetime | None]:
    """(alarms before the end, moment of the first alarm after it); an alarm lasts until the source is well again."""
    false, alarmed = 0, False
    arrivals: list[Arrival] = []
    looked: datetime | None = None
    worth = _worth(one, found)
    for number, poll in enumerate(found):
        ended = one.end is not None and poll.at >= one.end
        if poll.new:
            arrivals.append(Arrival(at=poll.at, looked_at=looked))
        if poll.status != "failed":
            looked = poll.at
        if not (ended or alarmed or number in worth):
            continue
        recent = found[max(0, number - 60) : number + 1]
        reads = [p for p in found[: max(0, number - 60)] if p.read][-60:]
        health = judge([*reads, *recent], arrivals=arrivals, zone="Asia/Baku", now=poll.at, outages=own)
        if health.status not in BAD:
            alarmed = False
        elif ended and (health.status is Status.SHRUNK) == (one.how == "redesigned"):
            return false, poll.at
        elif not alarmed:
            false, alarmed = false + 1, True
    return false, None


def _worth(one: Life, found: list[Poll]) -> set[int]:
    """The polls at which an alarm is likeliest: before the news that ended a long silence, and after two failures.

    How long is told by what the source's true process would have said meanwhile.
    """
    loads, load, last = [], 0.0, None
    for number, poll in enumerate(found[:-1]):
        if last is not None:
            load += one.weight(poll.at) * (poll.at - last).total_seconds()
        last = poll.at
        if poll.new:
            load = 0.0
        if found[number + 1].new:
            loads.append((load, number))
    longest = {number for _, number in sorted(loads)[-LONGEST:]}
    failed = {n for n in range(1, len(found)) if found[n].status == found[n - 1].status == "failed"}
    return longest | failed


if __name__ == "__main__":
    main()
