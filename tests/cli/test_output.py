import json
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.cli import output
from monitor.model import Channel, ChannelKind

HOSTILE = "Mina\x1b]8;;http://x\x07 \x9b31m partladı\u202e\ud800\x00"
ANYTHING = st.text(st.characters(codec=None), max_size=40)


def controls(text: str) -> list[str]:
    bidi = "\u202e\u2066\u200f"
    return [c for c in text if c in bidi or (unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t")]


def test_titles_of_others_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    output.say(HOSTILE)
    output.complain(HOSTILE)
    output.table(("TITLE",), [(HOSTILE,)])

    out, err = capsys.readouterr()
    assert controls(out + err) == []
    assert "Mina" in out


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANYTHING)
def test_no_text_gets_a_control_character_through(capsys: pytest.CaptureFixture[str], text: str) -> None:
    capsys.readouterr()
    output.say(text)
    output.table(("TITLE", "AGAIN"), [(text, text)])
    output.record("thing", {"title": text})

    assert controls(capsys.readouterr().out) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANYTHING)
def test_json_gives_back_exactly_what_went_in(capsys: pytest.CaptureFixture[str], text: str) -> None:
    capsys.readouterr()
    output.record("thing", {"title": text})

    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == {"schema": "monitor.thing/1", "title": text}


def test_values_become_what_json_knows() -> None:
    at = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    channel = Channel(url="https://x.example/", kind=ChannelKind.FEED)

    assert output.plain({"at": at, "every": timedelta(minutes=1), "channel": (channel,)}) == {
        "at": "2026-11-24T08:00:00Z",
        "every": 60,
        "channel": [
            {
                "url": "https://x.example/",
                "kind": "feed",
                "language": None,
                "enabled": True,
                "evidence": None,
                "links": None,
                "next": None,
                "render": False,
            }
        ],
    }


def test_a_table_that_is_not_on_a_terminal_is_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    long = "Ağdamda mina partladı " * 30

    output.table(("NAME", "TITLE"), [("[bold]alpha[/]", long), (None, "бир")])

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["NAME", "TITLE"]
    assert lines[1].split(maxsplit=1) == ["[bold]alpha[/]", long.strip()]
