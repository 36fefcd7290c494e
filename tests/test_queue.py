import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import queue as queue_module
from monitor.errors import QueueError, UsageError
from monitor.ledger import Ledger
from monitor.queue import Finding, Place, Queue

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEXTS = ("Աղդամում ական է պայթել\nՎիրավոր կա։", "ნაღმი აფეთქდა\nდაშავებულია ორი ადამიანი.", "انفجار لغم\nأصيب راعٍ.")


def name(number: int, text: str) -> str:
    return f"{number:03d}_{hashlib.sha256(text.encode()).hexdigest()[:16]}.txt"


NAMES = tuple(name(number, text) for number, text in enumerate(TEXTS))
PROMISED = {name: (hashlib.sha256(text.encode()).hexdigest(), True) for name, text in zip(NAMES, TEXTS, strict=True)}


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    return Queue(tmp_path / "queue")


@pytest.fixture
def full(queue: Queue) -> Queue:
    for number, text in enumerate(TEXTS):
        queue.put(NAMES[number], text, {"name": NAMES[number], "title": text.split("\n")[0]})
    return queue


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "monitor.db") as opened:
        yield opened


def visible(queue: Queue) -> list[str]:
    return sorted(path.name for path in queue.directory.iterdir() if path.name.endswith(".txt"))


def test_what_is_put_is_there_with_its_sidecar_and_nothing_else(full: Queue) -> None:
    assert visible(full) == sorted(NAMES)
    assert (full.directory / NAMES[0]).read_bytes() == TEXTS[0].encode()
    sidecar = json.loads((full.directory / "meta" / NAMES[0].replace(".txt", ".json")).read_text())
    assert sidecar["title"] == "Աղդամում ական է պայթել"
    assert list((full.directory / ".new").iterdir()) == []


def test_putting_again_changes_nothing(full: Queue) -> None:
    before = (full.directory / NAMES[0]).stat()
    full.put(NAMES[0], TEXTS[0], {})
    assert (full.directory / NAMES[0]).stat().st_ino == before.st_ino


@pytest.mark.parametrize("away", ["deleted", "moved"])
def test_what_a_consumer_took_is_never_put_again(full: Queue, tmp_path: Path, away: str) -> None:
    path = full.directory / NAMES[0]
    if away == "deleted":
        path.unlink()
    else:
        path.rename(tmp_path / "elsewhere.txt")
    full.put(NAMES[0], TEXTS[0], {})
    assert NAMES[0] not in visible(full)


def test_a_text_that_was_never_visible_becomes_so(queue: Queue) -> None:
    """The state that a kill between the sidecar and the last step leaves."""
    queue.put(NAMES[0], TEXTS[0], {})
    (queue.directory / NAMES[0]).rename(queue.directory / ".new" / NAMES[0])
    queue.put(NAMES[0], TEXTS[0], {})
    assert visible(queue) == [NAMES[0]]


def test_half_a_text_from_before_is_written_anew(queue: Queue) -> None:
    (queue.directory / ".new" / NAMES[0]).write_text(TEXTS[0][:5])
    queue.put(NAMES[0], TEXTS[0], {})
    assert (queue.directory / NAMES[0]).read_text() == TEXTS[0]


def test_another_file_of_that_name_is_never_overwritten(queue: Queue) -> None:
    (queue.directory / NAMES[0]).write_text("somebody else's")
    with pytest.raises(QueueError, match="another file"):
        queue.put(NAMES[0], TEXTS[0], {})
    assert (queue.directory / NAMES[0]).read_text() == "somebody else's"


@pytest.mark.parametrize("wrong", ["../000_0000000000000000.txt", "000_0000000000000000.txt", "a.txt", ""])
def test_a_name_that_does_not_fit_its_text_is_refused(queue: Queue, wrong: str) -> None:
    with pytest.raises(QueueError, match="no name for this text"):
        queue.put(wrong, TEXTS[0], {})


def test_claimed_files_are_out_of_sight_and_come_back_when_the_lease_ends(full: Queue, ledger: Ledger) -> None:
    paths = full.claim(ledger, limit=2, lease=HOUR, now=NOW)
    assert [path.name for path in paths] == list(NAMES[:2])
    assert [path.read_text() for path in paths] == list(TEXTS[:2])
    assert visible(full) == [NAMES[2]]
    assert full.claim(ledger, limit=5, lease=HOUR, now=NOW)[0].name == NAMES[2]
    items = full.items(ledger, now=NOW + HOUR)
    assert [(item.name, item.place) for item in items] == [(name, Place.WAITING) for name in NAMES]


def test_acknowledged_files_are_done(full: Queue, ledger: Ledger) -> None:
    full.claim(ledger, limit=1, lease=HOUR, now=NOW)
    for _ in range(2):
        full.ack(ledger, [NAMES[0].removesuffix(".txt")])
    assert (full.directory / "done" / NAMES[0]).exists()
    assert [item.name for item in full.items(ledger, now=NOW + 2 * HOUR)] == list(NAMES[1:])


def test_released_files_wait_again(full: Queue, ledger: Ledger) -> None:
    (path,) = full.claim(ledger, limit=1, lease=HOUR, now=NOW)
    full.release(ledger, [str(path)])
    assert visible(full) == sorted(NAMES)


@pytest.mark.parametrize(("given", "told"), [(NAMES[1], "not claimed"), ("nonsense", "no name of a queue file")])
def test_what_is_not_claimed_cannot_be_acknowledged(full: Queue, ledger: Ledger, given: str, told: str) -> None:
    full.claim(ledger, limit=1, lease=HOUR, now=NOW)
    with pytest.raises(UsageError, match=told):
        full.ack(ledger, [NAMES[0], given])
    assert full.items(ledger, now=NOW)[0].place is Place.CLAIMED


def test_a_file_that_is_taken_in_the_same_moment_is_neither_claimed_nor_altered(
    full: Queue, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = queue_module._names

    def raced(directory: Path) -> list[str]:
        found = names(directory)
        if directory == full.directory:
            (directory / NAMES[0]).unlink(missing_ok=True)
        return found

    monkeypatch.setattr(queue_module, "_names", raced)
    assert [path.name for path in full.claim(ledger, limit=2, lease=HOUR, now=NOW)] == [NAMES[1]]
    assert [item.finding for item in full.verify(lambda: PROMISED)] == [None] * 3


def test_a_claim_that_was_killed_half_way_leaves_nothing_stranded(full: Queue, ledger: Ledger) -> None:
    (full.directory / NAMES[0]).rename(full.directory / "claimed" / NAMES[0])
    assert [item.place for item in full.items(ledger, now=NOW)] == [Place.WAITING] * 3


def test_many_claimers_at_once_never_get_the_same_file(tmp_path: Path, queue: Queue) -> None:
    texts = [f"Mina {number}" for number in range(30)]
    for number, text in enumerate(texts):
        queue.put(name(number, text), text, {})
    Ledger.open(tmp_path / "monitor.db").close()
    program = (
        "import sys; from datetime import timedelta; from pathlib import Path; from monitor import clock\n"
        "from monitor.ledger import Ledger; from monitor.queue import Queue\n"
        "home = Path(sys.argv[1])\n"
        "with Ledger.open(home / 'monitor.db') as ledger:\n"
        "    queue = Queue(home / 'queue')\n"
        "    while got := queue.claim(ledger, limit=2, lease=timedelta(hours=1), now=clock.now()):\n"
        "        print(*(path.name for path in got), sep='\\n')"
    )
    workers = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    got = "".join(worker.communicate(timeout=60)[0] for worker in workers).split()
    assert sorted(got) == sorted(name(number, text) for number, text in enumerate(texts))


def test_all_is_well_wherever_the_files_are(full: Queue, ledger: Ledger) -> None:
    full.claim(ledger, limit=2, lease=HOUR, now=NOW)
    full.ack(ledger, [NAMES[0]])
    (full.directory / NAMES[2]).unlink()
    items = full.verify(lambda: PROMISED)
    assert [(item.place, item.finding) for item in items] == [
        (Place.DONE, None),
        (Place.CLAIMED, None),
        (Place.TAKEN, None),
    ]


def test_what_is_wrong_with_the_queue_is_found(full: Queue) -> None:
    stranger = name(77, "Fremd")
    (full.directory / stranger).write_text("Fremd")
    (full.directory / NAMES[0]).write_text("geändert")
    lost = name(9, "verloren")
    promised = PROMISED | {lost: ("", True), name(8, "bald"): ("", False)}
    findings = {item.name: item.finding for item in full.verify(lambda: promised) if item.finding}
    assert findings == {
        NAMES[0]: Finding.ALTERED,
        stranger: Finding.UNKNOWN,
        lost: Finding.MISSING,
        name(8, "bald"): Finding.UNFINISHED,
    }


def test_the_sidecar_of_a_file_that_was_put_can_tell_more_later(full: Queue) -> None:
    full.amend(NAMES[0], {"duplicates": ["x"]})
    full.amend(name(55, "nie"), {"duplicates": ["x"]})
    metas = sorted(path.name for path in (full.directory / "meta").iterdir())
    assert metas == [name.replace(".txt", ".json") for name in sorted(NAMES)]
    assert json.loads((full.directory / "meta" / metas[0]).read_text()) == {"duplicates": ["x"]}


def test_the_queue_knows_the_numbers_of_what_was_taken(full: Queue) -> None:
    for path in full.directory.glob("*.txt"):
        path.unlink()
    assert set(full.numbers()) == {0, 1, 2}


def test_a_queue_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "queue").write_text("a file")
    with pytest.raises(QueueError, match="cannot be read or written"):
        Queue(tmp_path / "queue")


def test_a_queue_whose_own_directories_lead_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "queue").mkdir()
    (tmp_path / "queue" / "meta").symlink_to(tmp_path)
    with pytest.raises(QueueError, match="symbolic link"):
        Queue(tmp_path / "queue")


def test_a_queue_whose_directory_is_gone_is_explained(full: Queue) -> None:
    full.directory.rename(full.directory.with_name("moved"))
    with pytest.raises(QueueError, match=r"queue.*check its directory"):
        full.put(name(3, "x"), "x", {})


def test_every_step_is_durable_before_the_next(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill cannot show a missing fsync, only a power cut can: the order of the calls is the proof."""
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace

    def synced(descriptor: int) -> None:
        steps.append(f"sync {Path(f'/proc/self/fd/{descriptor}').readlink().relative_to(queue.directory)}")
        sync(descriptor)

    def replaced(self: Path, target: Path) -> Path:
        steps.append(f"move {self.relative_to(queue.directory)} {target.relative_to(queue.directory)}")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    queue.put(NAMES[0], TEXTS[0], {})
    text, meta = f".new/{NAMES[0]}", NAMES[0].replace(".txt", ".json")
    assert steps == [
        f"sync {text}",
        "sync .new",
        f"sync .new/{meta}",
        "sync .new",
        f"move .new/{meta} meta/{meta}",
        "sync meta",
        f"move {text} {NAMES[0]}",
        "sync .",
        "sync .new",
    ]
