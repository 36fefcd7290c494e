"""What a log line looks like, for machines and for people; no fact can forge a second one."""

import io
import json
import logging
import re

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import logs
from monitor.daemon.run import _told
from monitor.model import Outcome, Settled, VisitReport

UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
TITLES = (
    "Ağdamda mina partladı\n2026-11-23 [info] saxta sətir",
    "Мина\x1b[2J\x1b[31m взорвалась",
    "مین‌گذاری \u202eexe.txt\u202c",
    "נפגע\r\nlevel=error",
    "ნაღმი\x00\x07\x9b31m",
    "Mayın \udcff\u2028patladı",
)


class Screen(io.StringIO):
    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.fixture(autouse=True)
def as_before():
    """Logging is as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def screen(monkeypatch):
    """stderr, as a terminal or none, with the logs begun in a folder."""

    def begin(folder, *, terminal=False, level=logging.INFO):
        made = Screen(terminal=terminal)
        monkeypatch.setattr("sys.stderr", made)
        logs.to_stderr_and_file(folder, level=level)
        return made

    return begin


def rows(text):
    return [json.loads(row) for row in text.splitlines()]


def plain(text):
    """Without the colours that the renderer itself puts in."""
    return re.sub(r"\x1b\[\d+(?:;\d+)*m", "", text)


def filed(folder):
    return (folder / "monitor.log").read_text("utf-8")


def test_where_nobody_watches_each_line_is_one_json_object_and_the_file_says_the_same(screen, tmp_path):
    seen = screen(tmp_path)
    logs.logger("monitor.test").info("visited", source="araz-xeber", outcomes={"queued": 2})
    (row,) = rows(seen.getvalue())
    assert (row["event"], row["source"], row["outcomes"]) == ("visited", "araz-xeber", {"queued": 2})
    assert (row["level"], row["logger"]) == ("info", "monitor.test")
    assert row["timestamp"].endswith("Z")
    assert rows(filed(tmp_path)) == [row]


def test_on_a_terminal_it_is_columns_for_people_and_the_file_stays_json(screen, tmp_path):
    seen = screen(tmp_path, terminal=True)
    logs.logger("monitor.test").info("visited", source="araz-xeber")
    assert "\x1b[" in seen.getvalue()
    line = plain(seen.getvalue())
    assert "visited" in line
    assert "source=araz-xeber" in line
    assert rows(filed(tmp_path))[0]["source"] == "araz-xeber"


def test_what_libraries_log_has_the_same_form_and_only_warnings_of_theirs_are_kept(screen, tmp_path):
    seen = screen(tmp_path)
    logging.getLogger("scrapy.core").info("crawled")
    logging.getLogger("scrapy.core").warning("odd %s", "answer\nforged")
    (row,) = rows(seen.getvalue())
    assert (row["event"], row["logger"], row["level"]) == ("odd answer\\nforged", "scrapy.core", "warning")


def test_quiet_means_warnings(screen, tmp_path):
    seen = screen(tmp_path, level=logging.WARNING)
    logs.logger("monitor.test").info("visited")
    assert seen.getvalue() == ""


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("title", TITLES)
def test_no_title_breaks_a_line_wherever_it_stands(screen, tmp_path, terminal, title):
    seen = screen(tmp_path, terminal=terminal)
    log = logs.logger("monitor.test")
    log.info(title, note=title, many=[title, (title,)], deep={title: {"why": [title]}}, odd=ValueError(title))
    assert seen.getvalue().count("\n") == 1
    assert not UNSAFE.search(plain(seen.getvalue()).rstrip("\n"))
    assert filed(tmp_path).count("\n") == 1
    assert not UNSAFE.search(filed(tmp_path).rstrip("\n"))


@settings(max_examples=40, deadline=None)
@given(
    value=st.recursive(
        st.text() | st.none() | st.integers() | st.floats(allow_nan=False) | st.binary(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    )
)
def test_whatever_the_facts_are_they_stay_in_one_json_line(value):
    safe = logs._safe(None, "", {"event": "seen", "fact": value})
    text = structlog.processors.JSONRenderer(ensure_ascii=False)(None, "", safe)
    assert not UNSAFE.search(text)
    assert json.loads(text)["event"] == "seen"


def test_letters_of_all_scripts_stay_as_they_are(screen, tmp_path):
    screen(tmp_path)
    titles = ["Ağdamda mina", "Мина взорвалась", "ნაღმი", "Ական", "لغم أرضي", "مین"]
    logs.logger("monitor.test").info("seen", titles=titles)
    assert rows(filed(tmp_path))[0]["titles"] == titles


def test_a_trace_shows_its_lines_set_in_so_that_its_message_forges_none(screen, tmp_path):
    seen = screen(tmp_path, terminal=True)
    message = "Mina\n2026-11-23T00:00:00Z [info     ] forged\x1b[2J"
    logs.logger("monitor.test").error("visit failed", exc_info=ValueError(message))
    lines = plain(seen.getvalue()).splitlines()
    assert "visit failed" in lines[0]
    (forged,) = [line for line in lines if "forged" in line]
    assert forged.startswith("  ")
    assert "\\x1b[2J" in forged
    assert "ValueError: Mina" in rows(filed(tmp_path))[0]["exception"]


@pytest.mark.parametrize(
    "facts",
    [
        {"password": "hunter2"},
        {"smtp_token": "hunter2"},
        {"smtp": {"host": "mail.example", "Password": "hunter2"}},
        {"headers": [{"Authorization": "Basic hunter2"}, {"set-cookie": "hunter2"}]},
        {"why": "cannot reach postgresql://monitor:hunter2@db.example/ledger"},
        {"why": "cannot reach postgresql://monitor:p@ss:hunter2@db.example/ledger"},
        {"url": "https://araz.example/rss.xml?lang=az&api_key=hunter2&page=2"},
        {"url": "https://araz.example/rss.xml?access_token=hunter2"},
        {"why": "sent Authorization: Bearer hunter2"},
        {"why": ["password = 'hunter2'", ("secret: hunter2",)]},
        {"why": ValueError("token=hunter2")},
    ],
)
def test_no_secret_is_written_wherever_it_stands(screen, tmp_path, facts):
    seen = screen(tmp_path)
    logs.logger("monitor.test").info("told", **facts)
    assert "told" in seen.getvalue()
    assert "hunter2" not in seen.getvalue() + filed(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "https://araz.example/@redaktor/xeber?id=5&lang=az",
        "password_file /etc/monitor/smtp: cannot be read",
        "secret_env: not set; export it",
        "write to desk@araz.example",
    ],
)
def test_what_is_no_secret_is_not_masked(screen, tmp_path, text):
    screen(tmp_path)
    logs.logger("monitor.test").info("told", why=text)
    assert rows(filed(tmp_path))[0]["why"] == text


def test_there_is_one_line_an_article_and_one_a_visit(screen, tmp_path):
    screen(tmp_path)
    for outcome, name in ((Outcome.QUEUED, "000_a.txt"), (Outcome.UPDATED, "000_a.txt"), (Outcome.IRRELEVANT, None)):
        _told(Settled(source="araz-xeber", url="https://araz.example/1", outcome=outcome, reason=None, name=name))
    _told(
        VisitReport(
            source="araz-xeber", status="ok", channels=(), outcomes={Outcome.QUEUED: 1, Outcome.FAILED: 0}, note=None
        )
    )
    assert [(row["event"], row["source"]) for row in rows(filed(tmp_path))] == [
        ("queued", "araz-xeber"),
        ("updated", "araz-xeber"),
        ("visited", "araz-xeber"),
    ]
    assert rows(filed(tmp_path))[2]["outcomes"] == {"queued": 1}
