"""The command on a news world that is served on loopback, in a process of its own as a user starts it."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from monitor import clock
from monitor.demo.server import serving
from monitor.demo.world import Outlet, load, settings
from monitor.ledger import Ledger, leases, schema
from monitor.model import Outcome

DEAD = "valley"


@dataclass(frozen=True, slots=True)
class World:
    """A home, and the outlets that its settings name."""

    home: Path
    outlets: tuple[Outlet, ...]
    bases: dict[str, str]

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "monitor", "--home", str(self.home), *arguments]

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, check=False, timeout=90)

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json").stdout)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[tuple[Outlet, ...], dict[str, str]]]:
    outlets = load(clock.now())
    with serving(outlets) as sites:
        yield outlets, dict(sites.bases)


def world_at(home: Path, served: tuple[tuple[Outlet, ...], dict[str, str]]) -> World:
    outlets, bases = served
    home.mkdir(exist_ok=True)
    (home / "monitor.toml").write_text(settings(outlets, bases), encoding="utf-8")
    return World(home, outlets, bases)


@pytest.fixture
def world(tmp_path: Path, served: tuple[tuple[Outlet, ...], dict[str, str]]) -> World:
    """A home in which nothing has happened yet."""
    return world_at(tmp_path / "home", served)


@pytest.fixture(scope="module")
def crawled(
    tmp_path_factory: pytest.TempPathFactory, served: tuple[tuple[Outlet, ...], dict[str, str]]
) -> tuple[World, Any]:
    """A home that was crawled once, and the report."""
    world = world_at(tmp_path_factory.mktemp("crawled"), served)
    return world, world.json("crawl", "--since", "3d")


def test_the_report_has_the_form_of_the_contract_and_its_sums_balance(crawled: tuple[World, Any]) -> None:
    world, report = crawled

    assert report["schema"] == "monitor.crawl/1"
    assert {source["id"] for source in report["sources"]} == {outlet.id for outlet in world.outlets}
    for source in report["sources"]:
        assert source.keys() == {
            "id", "status", "channels", "discovered", "outcomes", "complete", "covered_from", "note",
        }  # fmt: skip
        assert source["outcomes"].keys() == set(Outcome)
        assert source["discovered"] == sum(source["outcomes"].values())
        for channel in source["channels"]:
            assert channel.keys() == {"url", "kind", "status", "entries", "covered_from"}
    totals = report["totals"]
    assert totals["discovered"] == sum(totals["outcomes"].values()) == sum(s["discovered"] for s in report["sources"])
    assert totals["sources"] == len(report["sources"])


def test_what_landed_is_in_the_queue_and_can_be_explained_by_name_and_address(crawled: tuple[World, Any]) -> None:
    world, report = crawled
    files = sorted((world.home / "queue").glob("*.txt"))

    assert 0 < len(files) == report["totals"]["outcomes"]["queued"]
    by_name = world.json("explain", files[0].name)
    assert by_name["name"] == files[0].name
    assert world.json("explain", by_name["url"]) == by_name
    told = world.run("explain", by_name["url"]).stdout
    assert f"queue file   {files[0].name} (landed" in told
    assert re.search(r"^match        relevant, ", told, re.MULTILINE)
    assert re.search(r"^robots.txt   allows it \(HTTP 200, asked ", told, re.MULTILINE)
    assert re.search(r"^landing      \+ landed", told, re.MULTILINE)
    assert world.json("queue", "verify")["ok"]


def test_a_page_that_robots_txt_forbids_and_one_that_was_refused_tell_where_their_way_ended(
    crawled: tuple[World, Any],
) -> None:
    world, _ = crawled
    with Ledger.open(world.home / "monitor.db") as ledger, ledger.read() as connection:
        u = schema.url.c
        ends = {row.outcome: row.url for row in connection.execute(sa.select(u.outcome, u.url))}

    forbidden = world.json("explain", ends["blocked"])
    assert forbidden["robots"]["allowed"] is False
    assert [(stage["name"], stage["passed"]) for stage in forbidden["stages"]] == [("robots", False)]
    refused = world.json("explain", ends["irrelevant"])
    assert refused["robots"]["allowed"] is True
    assert refused["stages"][-1]["name"] in {"prefilter", "relevance"}
    assert not refused["stages"][-1]["passed"]


def test_a_failed_source_is_told_and_fails_the_crawl_only_when_asked_to_be_strict(crawled: tuple[World, Any]) -> None:
    world, report = crawled

    strict = world.run("crawl", "--since", "3d", "--strict", "--verbose")

    assert report["totals"]["sources"] == 7
    assert strict.returncode == 5
    assert re.search(rf"^{DEAD} +failed .*HTTP 404 Not Found", strict.stdout, re.MULTILINE)
    assert "7 sources since" in strict.stdout
    assert "0 landed" in strict.stdout
    assert "highland: ok, nothing new" in strict.stderr
    assert "monitor: 1 of 7 sources failed" in strict.stderr


def test_when_every_source_failed_the_exit_code_is_four_and_the_zone_is_told(world: World) -> None:
    text = (world.home / "monitor.toml").read_text("utf-8")
    (world.home / "monitor.toml").write_text(
        'timezone = "Asia/Yerevan"\n' + re.sub(r"(?m)^timezone = .*\n", "", text, count=1), encoding="utf-8"
    )

    said = world.run("crawl", "--source", DEAD, "--since", "2026-11-01", "--quiet")

    assert said.returncode == 4
    assert "since 2026-11-01 00:00 (Asia/Yerevan)" in said.stdout
    assert said.stderr.startswith("monitor: every source failed; ")


def test_a_failing_source_is_a_gap_though_the_monitor_is_alive(crawled: tuple[World, Any]) -> None:
    world, _ = crawled

    told = world.run("status")
    assert told.returncode == 1
    assert f"NOT HEALTHY  1 of 7 sources not ok: {DEAD}\n" in told.stdout
    assert f"failing    {DEAD}: HTTP 404" in told.stdout
    assert world.run("status", "--alive").returncode == 0
    report = world.json("status")
    assert not report["healthy"]
    assert report["counts"]["failing"] == 1
    assert report["urls"]["queued"] == report["queue"]["waiting"] > 0


def test_a_dry_run_tells_what_would_be_fetched_and_keeps_nothing(world: World) -> None:
    said = world.run("crawl", "--since", "3d", "--source", "highland", "--dry-run")

    assert said.returncode == 0
    assert re.search(r"1 source since .*: \d+ found, 0 landed, .*\d+ pending", said.stdout)
    assert "dry run: nothing was fetched or kept" in said.stdout
    assert world.json("status")["urls"] == {}
    assert not list((world.home / "queue").glob("*.txt"))


def test_progress_is_shown_on_a_terminal_and_never_among_the_data(world: World) -> None:
    ours, theirs = os.openpty()
    with subprocess.Popen(
        world.command("crawl", "--since", "3d", "--source", "highland", "--json"), stdout=subprocess.PIPE, stderr=theirs
    ) as crawl:
        os.close(theirs)
        seen = b""
        try:
            while chunk := os.read(ours, 65536):
                seen += chunk
        except OSError:  # the other end is closed: Linux says EIO
            pass
        assert crawl.stdout
        report = json.loads(crawl.stdout.read())
    os.close(ours)

    assert crawl.returncode == 0
    assert report["totals"]["outcomes"]["queued"] > 0
    assert b"landed 000_" in seen
    assert b"highland" in seen


def test_an_interrupt_ends_the_crawl_with_130_and_nobody_stays_leased(world: World) -> None:
    text = (world.home / "monitor.toml").read_text("utf-8")
    (world.home / "monitor.toml").write_text(re.sub(r"(?m)^delay = .*$", "delay = 2", text), encoding="utf-8")

    with subprocess.Popen(
        world.command("crawl", "--since", "3d", "--source", "highland", "-v"), stderr=subprocess.PIPE, text=True
    ) as crawl:
        assert crawl.stderr
        # The first page has been taken in; the second waits for its turn.
        first = crawl.stderr.readline()
        crawl.send_signal(signal.SIGINT)
        rest = crawl.stderr.read()

    assert first.startswith("highland: ")
    assert crawl.returncode == 130
    assert "Traceback" not in rest
    with Ledger.open(world.home / "monitor.db") as ledger:
        assert leases.states(ledger, ["highland"])["highland"].holder is None


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--since", "dünən"), "'dünən' is no moment"),
        (("--since", ""), "'' is no moment"),
        (("--since", "2d", "--until", "3d"), "lies before --since"),
        (("--since", "2999-01-01"), "lies in the future"),
        (("--country", "XX"), "no source of country XX"),
    ],
)
def test_a_wrong_question_is_a_usage_error(world: World, arguments: tuple[str, ...], told: str) -> None:
    said = world.run("crawl", *arguments)

    assert said.returncode == 2
    assert told in said.stderr
    assert said.stdout == ""


def test_nothing_due_is_no_failure(crawled: tuple[World, Any]) -> None:
    world, _ = crawled
    said = world.run("crawl", "--due")

    assert (said.returncode, said.stdout) == (0, "no source was visited\n")
