import io
import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Monitor

TEXTS = [
    {
        "id": 7,
        "title": "Two deminers wounded by landmine near Zarnava",
        "text": "The anti-tank mine went off.\nBoth live.",
    },
    {"id": "b", "title": "Bitcoin mining moves north", "text": "Miners look for cheap power."},
]


def rows(out: str) -> list[dict[str, object]]:
    return [json.loads(row) for row in out.splitlines()]


def written(path: Path, lines: list[object]) -> Path:
    path.write_text(
        "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines), encoding="utf-8"
    )
    return path


def test_each_text_is_answered_with_verdict_and_reasons(monitor: Monitor, tmp_path: Path) -> None:
    said = monitor("match", written(tmp_path / "a.jsonl", TEXTS), "--json")

    first, second = rows(said.out)
    assert (first["schema"], first["id"], first["relevant"]) == ("monitor.match/1", 7, True)
    assert {"score", "category", "language", "rejected"} <= first.keys()
    assert all({"term", "form", "weight", "sentence"} <= hit.keys() for hit in first["matches"])  # type: ignore[attr-defined]
    assert (second["id"], second["relevant"]) == ("b", False)


def test_a_person_reads_the_words_and_their_sentences(monitor: Monitor, tmp_path: Path) -> None:
    said = monitor("match", written(tmp_path / "a.jsonl", TEXTS))

    assert said.out.startswith("7: relevant, ")
    assert "“landmine” in: Two deminers wounded by landmine near Zarnava" in said.out
    assert "b: not relevant" in said.out


def test_a_wrong_line_is_named_and_the_others_go_on(monitor: Monitor, tmp_path: Path) -> None:
    lines = [TEXTS[0], "not json", "[1]", {"id": 1}, {"title": 5}, "", "[" * 100_000, TEXTS[1]]
    path = written(tmp_path / "a.jsonl", lines)

    said = monitor("match", path, "--json")

    assert said.code == 1
    assert [row["id"] for row in rows(said.out)] == [7, "b"]
    assert [row.split(": ")[1] for row in said.err.splitlines()] == [f"{path}:{n}" for n in (2, 3, 4, 5, 7)]
    assert '"title" is a number; a text is wanted' in said.err


def test_bytes_that_are_no_utf8_are_named_by_line(monitor: Monitor, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"title": "мина"}\n'.encode("windows-1251") + b'\xef\xbb\xbf{"title": "landmine"}\n')

    said = monitor("match", path, "--json")

    assert f"{path}:1: not UTF-8" in said.err
    assert len(rows(said.out)) == 1


def test_hostile_text_comes_out_harmless(monitor: Monitor, tmp_path: Path) -> None:
    hostile = {
        "id": "\x1b[31m\u202e",
        "title": "Landmine\x1b]0;x\x07 \ud800 \u202eblast",
        "text": "One\x00killed by a mine.",
    }

    said = monitor("match", written(tmp_path / "a.jsonl", [hostile]))

    assert said.code == 0
    assert not {"\x1b", "\x07", "\x00", "\u202e"} & set(said.out)


def test_stdin_is_read_where_a_dash_stands(monitor: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps(TEXTS[0]).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)

    assert len(rows(monitor("match", "-", "--json").out)) == 1


@pytest.mark.parametrize(("name", "said"), [("none.jsonl", "no such file"), (".", "is a directory")])
def test_a_file_that_cannot_be_read_is_a_usage_error(monitor: Monitor, tmp_path: Path, name: str, said: str) -> None:
    found = monitor("match", tmp_path / name)

    assert found.code == 2
    assert said in found.err
