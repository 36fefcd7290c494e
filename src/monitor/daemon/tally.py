"""How the scheduler's jobs fared: runs that were missed, left out, or ended with an error.

APScheduler folds the runs that a sleeping machine or a blocked loop has missed into one and tells nobody; they are
counted from the gaps between the times that runs were meant for.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_SUBMITTED, JobEvent

ERROR: int = EVENT_JOB_ERROR
EVENTS: int = EVENT_JOB_SUBMITTED | EVENT_JOB_MAX_INSTANCES | EVENT_JOB_ERROR
"""What a tally has to be told of."""


class Tally:
    """Counts over all sessions of one daemon."""

    def __init__(self) -> None:
        self.missed = 0
        """Runs whose time passed while nothing could run."""
        self.skipped = 0
        """Runs that were left out because the one before was still going on."""
        self.failed = 0
        """Runs that ended with an error."""
        self._meant: dict[str, datetime] = {}

    def begin(self) -> None:
        """A session begins: the time between two sessions is no gap."""
        self._meant.clear()

    def count(self, event: JobEvent, intervals: Mapping[str, timedelta]) -> None:
        """The event of one of the jobs, whose intervals are given, is counted."""
        if event.code == EVENT_JOB_ERROR:
            self.failed += 1
            return
        self.skipped += event.code == EVENT_JOB_MAX_INSTANCES
        job, meant = event.job_id, event.scheduled_run_times[-1]
        before, self._meant[job] = self._meant.get(job), meant
        if before is not None and job in intervals:
            self.missed += max(0, round((meant - before) / intervals[job]) - 1)
