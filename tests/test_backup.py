"""A home is copied while it is written to, and what comes out of the copy is a whole home."""

import asyncio
import io
import json
import os
import subprocess
import sys
import tarfile
import threading
from datetime import UTC, datetime, timedelta

import pytest

from monitor import backup, clock, config
from monitor.demo import world
from monitor.demo.server import serving
from monitor.errors import HomeError, LedgerError
from monitor.home import Home
from monitor.intake import Intake
from monitor.ledger import Ledger, articles, leases, runs
from monitor.model import Article, Source
from monitor.queue import Place, Queue
from tests.reader import Reader, matcher, prefilter

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
SOURCE = Source(id="xeber", name="Xəbər", country="AZ", languages=("az",), timezone="Asia/Baku", channels=())


@pytest.fixture
def home(tmp_path):
    place = Home(tmp_path / "home")
    place.path.mkdir()
    place.settings.write_text('timezone = "Asia/Baku"\n[catalogue]\nbundled = false\n', encoding="utf-8")
    return place


@pytest.fixture
def other(tmp_path):
    place = Home(tmp_path / "other")
    place.path.mkdir()
    return place


def land(home, numbers):
    """The articles of these numbers have been handed in."""
    with Ledger.open(config.load(home).store_url(home)) as ledger:
        queue = Queue(config.load(home).queue_dir(home))
        intake = Intake(ledger, queue, Reader(), prefilter=prefilter(), matcher=matcher())
        intake.recover(now=NOW)
        run = runs.start(ledger, kind="ingest", now=NOW)
        for number in numbers:
            article = Article(
                url=f"https://xeber.example/{number}",
                title=f"Ağdamda {number} nömrəli mina partladı",
                paragraphs=(f"Piyada əleyhinə mina partlayışında {number} yaşlı çoban yaralanıb.",),
                language="az",
            )
            asyncio.run(intake.text(run=run, source=SOURCE, article=article, now=NOW))


def back_up(home, file):
    return backup.make(config.load(home), home, file, now=NOW)


def verified(home):
    settings = config.load(home)
    with Ledger.open(settings.store_url(home)) as ledger:
        return Queue(settings.queue_dir(home)).verify(lambda: articles.hashes(ledger))


def texts(home):
    queue = config.load(home).queue_dir(home)
    return sorted(path.read_text("utf-8") for path in queue.rglob("*.txt"))


def test_what_is_restored_is_what_was_backed_up_without_logs_and_locks(home, other, tmp_path):
    land(home, range(4))
    settings = config.load(home)
    with Ledger.open(settings.store_url(home)) as ledger:
        queue = Queue(home.path / "queue")
        first, _ = queue.claim(ledger, limit=2, lease=HOUR, now=NOW)
        queue.ack(ledger, [first.name])
        assert leases.take(ledger, source="xeber", holder="elsewhere/1/1", now=NOW, ttl=HOUR)
    (home.path / "queue" / queue_names(home)[0]).unlink()  # a program that does not claim has taken one
    (home.seeds / "sources").mkdir(parents=True)
    (home.seeds / "sources" / "öz.toml").write_text("# özümüzün\n", encoding="utf-8")
    (home.path / ".smtp").write_text("açar", encoding="utf-8")
    for path in (
        home.log / "monitor.log",
        home.outbox / "digest-daily.eml",
        home.outbox / ".lock",
        home.lock,
        home.beat,
    ):
        path.parent.mkdir(exist_ok=True)
        path.write_text("x", encoding="utf-8")

    made = back_up(home, tmp_path / "b.tar.gz")
    assert (made.articles, (tmp_path / "b.tar.gz").stat().st_mode & 0o777) == (4, 0o600)
    restored = backup.restore(tmp_path / "b.tar.gz", other)

    assert (restored.articles, restored.files, restored.made_at) == (4, made.files, NOW)
    places = [item.place for item in verified(other)]
    assert sorted(places) == sorted([Place.DONE, Place.CLAIMED, Place.TAKEN, Place.WAITING])
    assert all(item.finding is None for item in verified(other))
    assert texts(other) == texts(home)
    assert (other.seeds / "sources" / "öz.toml").read_text("utf-8") == "# özümüzün\n"
    assert (other.path / ".smtp").read_text("utf-8") == "açar"
    assert (other.outbox / "digest-daily.eml").exists()
    assert not any(path.exists() for path in (other.log, other.lock, other.beat, other.outbox / ".lock"))
    with Ledger.open(other.ledger) as ledger:
        assert leases.states(ledger, ["xeber"])["xeber"].holder is None
    land(other, range(5))
    assert len(articles_of(other)) == 5


def queue_names(home):
    return sorted(path.name for path in (home.path / "queue").glob("*.txt"))


def articles_of(home):
    with Ledger.open(config.load(home).store_url(home)) as ledger:
        return articles.hashes(ledger)


def test_whatever_lands_meanwhile_the_copy_agrees_with_itself_and_nothing_lands_twice(home, tmp_path):
    land(home, [0])
    done = threading.Event()

    def write():
        try:
            land(home, range(1, 30))
        finally:
            done.set()

    writer = threading.Thread(target=write)
    writer.start()
    made = []
    while not done.is_set():
        made.append(back_up(home, tmp_path / f"{len(made)}.tar.gz").articles)
    writer.join()
    assert len(set(made)) > 1
    for number, count in enumerate(made):
        other = Home(tmp_path / f"home-{number}")
        other.path.mkdir()
        backup.restore(tmp_path / f"{number}.tar.gz", other)
        assert [item for item in verified(other) if item.finding and item.finding != "unfinished"] == []
        land(other, [])  # the start of a run puts what was promised
        assert [item for item in verified(other) if item.finding] == []
        assert len(texts(other)) == count
    land(other, range(30))
    assert (len(texts(other)), len(articles_of(other))) == (30, 30)


def test_ledger_and_queue_go_to_where_the_settings_have_them(home, other, tmp_path):
    elsewhere = tmp_path / "növbə"
    home.settings.write_text(f'[queue]\ndir = "{elsewhere}"\n[store]\nurl = "sqlite:///data/l.db"\n', encoding="utf-8")
    land(home, range(2))
    back_up(home, tmp_path / "b.tar.gz")
    with pytest.raises(HomeError, match="is not empty"):
        backup.restore(tmp_path / "b.tar.gz", other)
    assert list(other.path.iterdir()) == []
    elsewhere.rename(tmp_path / "old")
    backup.restore(tmp_path / "b.tar.gz", other)
    assert (other.path / "data" / "l.db").exists()
    assert len(list(elsewhere.glob("*.txt"))) == 2
    assert [item for item in verified(other) if item.finding] == []


def test_nothing_is_overwritten_and_no_backup_lies_in_the_home(home, other, tmp_path):
    land(home, range(1))
    file = tmp_path / "b.tar.gz"
    back_up(home, file)
    before = file.read_bytes()
    with pytest.raises(HomeError, match="exists already"):
        back_up(home, file)
    with pytest.raises(HomeError, match="lies in the home itself"):
        back_up(home, home.path / "backups" / "b.tar.gz")
    with pytest.raises(HomeError, match="name another place"):
        back_up(home, tmp_path / "none" / "b.tar.gz")
    (other.path / "x").write_text("mine", encoding="utf-8")
    with pytest.raises(HomeError, match="is not empty"):
        backup.restore(file, other)
    assert file.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.tar.gz", "home", "other"]


@pytest.mark.parametrize("damage", ["cut", "flipped", "text", "empty", "foreign", "outside", "link"])
def test_what_is_no_whole_backup_is_refused_and_leaves_nothing(home, other, tmp_path, damage):
    land(home, range(2))
    file = tmp_path / "b.tar.gz"
    back_up(home, file)
    body = file.read_bytes()
    match damage:
        case "cut":
            file.write_bytes(body[: len(body) // 2])
        case "flipped":
            file.write_bytes(body[: len(body) // 2] + b"\0" * 64 + body[len(body) // 2 + 64 :])
        case "text":
            file.write_text("xəbər", encoding="utf-8")
        case "empty":
            file.write_bytes(b"")
        case _:
            forged(file, damage)
    with pytest.raises(HomeError, match="backup"):
        backup.restore(file, other)
    assert list(other.path.iterdir()) == []
    assert not (tmp_path / "evil").exists()


def forged(file, damage):
    label = b"{}" if damage == "foreign" else json.dumps({"schema": "monitor.backup/1", "made_at": str(NOW)}).encode()
    with tarfile.open(file, "w:gz") as tar:
        info = tarfile.TarInfo("backup.json")
        info.size = len(label)
        tar.addfile(info, io.BytesIO(label))
        info = tarfile.TarInfo("../../evil" if damage == "outside" else "seeds")
        if damage == "link":
            info.type, info.linkname = tarfile.SYMTYPE, "/etc"
        tar.addfile(info, io.BytesIO(b""))


def test_a_file_that_is_not_there_is_named(other, tmp_path):
    with pytest.raises(HomeError, match=r"none\.tar\.gz: cannot be restored: No such file"):
        backup.restore(tmp_path / "none.tar.gz", other)


def test_links_are_followed_once_and_other_kinds_of_files_left(home, other, tmp_path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "az.toml").write_text("# öz sözlərimiz", encoding="utf-8")
    home.seeds.mkdir()
    (home.seeds / "lexicon").symlink_to(tmp_path / "shared")
    (tmp_path / "shared" / "again").symlink_to(home.path)
    os.mkfifo(home.path / "pipe")
    back_up(home, tmp_path / "b.tar.gz")
    backup.restore(tmp_path / "b.tar.gz", other)
    assert (other.seeds / "lexicon" / "az.toml").read_text("utf-8") == "# öz sözlərimiz"
    assert not (other.path / "pipe").exists()


def test_a_ledger_in_postgresql_is_left_to_pg_dump(home, tmp_path, monkeypatch):
    import sqlalchemy as sa

    engine = sa.create_engine("postgresql+psycopg://u@db.example/mines")
    monkeypatch.setattr(Ledger, "open", classmethod(lambda cls, _: cls(engine, "postgresql://u@db.example/mines")))
    with pytest.raises(LedgerError, match="pg_dump"):
        back_up(home, tmp_path / "b.tar.gz")
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def monitor(home, *arguments):
    command = [sys.executable, "-m", "monitor", "--home", str(home.path), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)


@pytest.mark.slow
def test_the_drill_a_backup_made_during_a_crawl_restored_elsewhere_goes_on_where_it_was(tmp_path):
    outlets = world.load(clock.now())
    home, other = Home(tmp_path / "home"), Home(tmp_path / "other")
    home.path.mkdir()
    with serving(outlets) as sites:
        home.settings.write_text(world.settings(outlets, sites.bases), encoding="utf-8")
        command = [sys.executable, "-m", "monitor", "--home", str(home.path), "crawl", "--since", "2d"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as crawl:
            while not home.ledger.exists():
                assert crawl.poll() is None
            files = []
            while crawl.poll() is None:
                files.append(tmp_path / f"{len(files)}.tar.gz")
                backup.make(config.load(home), home, files[-1], now=clock.now())
            assert crawl.returncode in {0, 5}, crawl.stdout.read()
        whole = len(texts(home))
        assert files

        made = monitor(home, "backup", tmp_path / "last.tar.gz", "--json")
        assert json.loads(made.stdout)["articles"] == whole
        # The one that was made in the middle of it.
        restored = monitor(other, "restore", files[len(files) // 2])
        assert restored.returncode == 0, restored.stderr
        assert monitor(other, "crawl", "--since", "2d").returncode in {0, 5}
        assert monitor(other, "queue", "verify").returncode == 0
        problems = json.loads(monitor(other, "status", "--json").stdout)["problems"]
        assert all("valley" in problem for problem in problems)  # the outlet that does not answer
    # Of a story that two outlets carry the first to come lands, which is not always the same one.
    assert [text.partition("\n")[0] for text in texts(other)] == [text.partition("\n")[0] for text in texts(home)]
