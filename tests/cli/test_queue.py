import json
from pathlib import Path

import pytest

from monitor.article import textfile
from monitor.queue import Queue
from tests.cli.conftest import Monitor

TEXTS = (
    "Ağdamda mina partladı\nİki nəfər yaralandı.",
    "В Гадруте подорвался трактор\nВодитель жив.",
    "Նռնակ\nՈչ ոք չի տուժել։",
)


@pytest.fixture
def names(home: Path) -> list[str]:
    """Three articles that wait in the queue."""
    queue = Queue(home / "queue")
    made = [textfile.name(number, text) for number, text in enumerate(TEXTS)]
    for name, text in zip(made, TEXTS, strict=True):
        queue.put(name, text, {"name": name})
    return made


def test_what_waits_is_listed_oldest_first(monitor: Monitor, names: list[str]) -> None:
    said = monitor("queue", "list")

    assert [row.split()[:2] for row in said.out.splitlines()[1:]] == [[name, "waiting"] for name in names]
    assert said.err == "3 waiting\n"


def test_a_claim_prints_paths_that_can_be_read_and_acknowledged(monitor: Monitor, names: list[str], home: Path) -> None:
    claimed = monitor("queue", "claim", "--limit", 2).out.splitlines()

    assert [Path(path).read_text("utf-8") for path in claimed] == list(TEXTS[:2])
    assert monitor("queue", "ack", claimed[0]).code == 0
    assert monitor("queue", "release", names[1]).code == 0
    rows = [json.loads(row) for row in monitor("queue", "list", "--json").out.splitlines()]
    assert [(row["name"], row["place"], Path(row["path"]).exists()) for row in rows] == [
        (names[1], "waiting", True),
        (names[2], "waiting", True),
    ]
    assert (home / "queue" / "done" / names[0]).exists()


def test_a_claim_on_an_empty_queue_is_no_error(monitor: Monitor) -> None:
    said = monitor("queue", "claim")

    assert (said.code, said.out, said.err) == (0, "", "nothing waits\n")


def test_a_lease_that_is_no_time_is_a_usage_error(monitor: Monitor) -> None:
    said = monitor("queue", "claim", "--lease", "soon")

    assert said.code == 2
    assert "30m" in said.err or "15m" in said.err


def test_what_is_not_claimed_cannot_be_acknowledged(monitor: Monitor, names: list[str]) -> None:
    said = monitor("queue", "ack", names[0])

    assert said.code == 2
    assert "not claimed" in said.err


def test_verify_names_what_the_ledger_does_not_know(monitor: Monitor, names: list[str]) -> None:
    said = monitor("queue", "verify", "--json")

    report = json.loads(said.out)
    assert said.code == 1
    assert (report["ok"], report["checked"]) == (False, 3)
    assert {finding["finding"] for finding in report["findings"]} == {"unknown"}


def test_an_empty_queue_verifies(monitor: Monitor) -> None:
    assert monitor("queue", "verify").code == 0
