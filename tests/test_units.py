"""The units that lie in contrib/systemd are right as far as systemd itself can tell."""

import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[1] / "contrib" / "systemd"


def lines(name):
    return [row for row in (UNITS / name).read_text("utf-8").splitlines() if row and not row.startswith("#")]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_finds_nothing_wrong_with_them(tmp_path):
    for path in UNITS.iterdir():
        # The program is not installed where tests run.
        text = path.read_text("utf-8").replace("/usr/local/bin/monitor", shutil.which("true"))
        (tmp_path / path.name).write_text(text, "utf-8")
    command = ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_timer_sends_the_digest_even_when_the_crawl_failed():
    rows = lines("monitor-crawl.service")
    # A second ExecStart is not reached when the first one fails; ExecStopPost is.
    assert [row for row in rows if row.startswith("ExecStart=")] == ["ExecStart=/usr/local/bin/monitor crawl --due"]
    assert "ExecStopPost=/usr/local/bin/monitor digest --if-due" in rows


def test_both_services_are_walled_in_alike():
    def walls(name):
        keys = ("Protect", "Restrict", "Private", "NoNew", "Lock", "SystemCall", "Capability", "UMask", "MemoryMax")
        return {row for row in lines(name) if row.startswith(keys) and not row.startswith("RestartPrevent")}

    assert walls("monitor-crawl.service") == walls("monitor.service")


def test_a_daemon_that_stops_is_not_killed_before_its_own_time_is_up():
    from monitor.daemon import run, signals

    rows = dict(row.split("=", 1) for row in lines("monitor.service") if "=" in row)
    assert int(rows["TimeoutStopSec"]) > signals.LIMIT > run.GRACE + run.PATIENCE
    assert rows["RestartPreventExitStatus"].split() == ["3", "75"]
