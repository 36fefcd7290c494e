"""A crawl from outside any event loop, with everything that it needs, and its end by signals."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

from monitor.ledger import Ledger, leases
from tests.site.server import Answer

PROGRAM = """
import sys
from pathlib import Path
from monitor import catalogue, config
from monitor.crawl.once import crawl_once
from monitor.home import open_home

if __name__ == "__main__":
    home = open_home(Path(sys.argv[1]))
    settings = config.load(home)
    report = crawl_once(settings, home, catalogue.load(settings, home).sources, progress=print)
    print(dict(report.outcomes))
"""


def start(home: Path) -> "subprocess.Popen[str]":
    program = home / "program.py"
    program.write_text(PROGRAM)
    environment = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, str(program), str(home)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def prepare(home: Path, site: Any) -> None:
    home.joinpath("monitor.toml").write_text(
        textwrap.dedent(f"""
            [catalogue]
            bundled = false
            [crawl]
            delay = 0
            workers = 1
            allow_private = ["{site.place}"]
            [[source]]
            id = "alpha"
            name = "Alpha"
            country = "AZ"
            languages = ["en"]
            timezone = "Asia/Baku"
            feeds = ["{site.url("/rss.xml")}"]
        """)
    )


STORY = """<!doctype html><html lang="en"><head><title>Landmine injures two farmers near Tartar</title></head>
<body><article><h1>Landmine injures two farmers near Tartar</h1>
<p>Two farmers were injured when their tractor drove over an anti-tank landmine near a village on Monday.</p>
<p>The mine had been laid during the war, the regional office said, and the field had not been cleared.</p>
</article></body></html>"""


def test_a_page_goes_all_the_way_from_a_feed_to_a_file_in_the_queue(site: Any, tmp_path: Path) -> None:
    prepare(tmp_path, site)
    site.feed(
        "/rss.xml", [site.page("/news/mine-12", STORY), site.page("/news/rain-13", "<h1>Weather</h1><p>Rain.</p>")]
    )
    process = start(tmp_path)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    (landed,) = (tmp_path / "queue").glob("*.txt")
    assert landed.read_text("utf-8").startswith("Landmine injures two farmers near Tartar\nTwo farmers")
    assert "QUEUED" in out


def test_the_first_interrupt_rolls_back_and_the_second_ends_at_once(site: Any, tmp_path: Path) -> None:
    prepare(tmp_path, site)
    site.routes["/a"] = Answer(wait=20)
    site.feed("/rss.xml", [site.url("/a")])
    process = start(tmp_path)
    while "/a" not in site.paths():
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)  # what is waited for happens in another process
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert time.monotonic() - started < 10
    assert "KeyboardInterrupt" in err
    with Ledger.open(tmp_path / "monitor.db") as ledger:
        assert leases.states(ledger, ["alpha"])["alpha"].holder is None


@pytest.mark.parametrize("moment", [4, *(pytest.param(at, marks=pytest.mark.slow) for at in (1, 2, 3, 6))])
def test_a_killed_crawl_is_taken_up_by_the_next_at_once_and_nothing_is_lost_or_landed_twice(
    moment: int, site: Any, tmp_path: Path
) -> None:
    prepare(tmp_path, site)
    for number in range(6):
        site.page(
            f"/{number}", STORY.replace("Two farmers", f"{number + 2} farmers").replace("Monday", f"day {number}")
        )
    site.feed("/rss.xml", [site.url(f"/{number}") for number in range(6)])
    process = start(tmp_path)
    while sum(path.strip("/").isdecimal() for path in site.paths()) < moment:
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)  # what is waited for happens in another process
    process.kill()
    process.communicate()
    _, err = start(tmp_path).communicate(timeout=60)
    landed = [path.read_text("utf-8") for path in (tmp_path / "queue").glob("*.txt")]
    assert len(landed) == len(set(landed)) == 6, err
