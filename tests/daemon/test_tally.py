from datetime import UTC, datetime, timedelta

from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_SUBMITTED,
    JobExecutionEvent,
    JobSubmissionEvent,
)

from monitor.daemon.tally import Tally

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
EVERY = {"digests": timedelta(seconds=30)}


def ran(seconds: float, code: int = EVENT_JOB_SUBMITTED) -> JobSubmissionEvent:
    return JobSubmissionEvent(code, "digests", "default", [NOON + timedelta(seconds=seconds)])


def told(*events: object) -> Tally:
    tally = Tally()
    for event in events:
        tally.count(event, EVERY)
    return tally


def test_runs_that_come_when_they_should_are_no_misses():
    assert told(*(ran(30 * n) for n in range(100))).missed == 0


def test_runs_whose_time_passed_while_the_machine_slept_are_counted():
    assert told(ran(0), ran(3600), ran(3630)).missed == 119


def test_a_run_left_out_because_the_one_before_goes_on_is_skipped_and_not_missed():
    tally = told(ran(0), ran(30, EVENT_JOB_MAX_INSTANCES), ran(60, EVENT_JOB_MAX_INSTANCES), ran(90))
    assert (tally.skipped, tally.missed) == (2, 0)


def test_a_clock_that_was_set_back_is_no_miss():
    assert told(ran(0), ran(-7200), ran(-7170)).missed == 0


def test_the_time_between_two_sessions_is_no_miss():
    tally = told(ran(0))
    tally.begin()
    tally.count(ran(900), EVERY)
    assert tally.missed == 0


def test_runs_that_end_with_an_error_are_counted():
    event = JobExecutionEvent(EVENT_JOB_ERROR, "digests", "default", NOON, exception=OSError("disk full"))
    assert told(event, event).failed == 2
