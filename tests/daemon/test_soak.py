"""A short soak; `python -m bench.soak` is the long one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_hundreds_of_visits_leave_no_file_open_and_no_thread_behind():
    # Sixty times as fast, so that sites come back while others are still being visited.
    command = [sys.executable, "-m", "bench.soak", "--visits", "300", "--sites", "15", "--speed", "60"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=550, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["visits"] >= 290
    assert found["landed"] > 0
    assert found["complaints"] == {}
    # Connections and look-ups come and go; none stays.
    assert found["files"][1] - found["files"][0] < 40
    assert found["threads"][1] - found["threads"][0] < 20
