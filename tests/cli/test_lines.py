from pathlib import Path

import pytest

from monitor.cli import lines
from monitor.cli.lines import Lines, Row


def test_a_line_beyond_all_measure_is_skipped_without_being_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lines, "_LONGEST", 100)
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": "' + "ა" * 500 + '"}\n{"b": 1}\n', encoding="utf-8")

    found = Lines([path], wanted="{}")

    assert [row.fields for row in found] == [{"b": 1}]
    assert f"{path}:1: longer than" in capsys.readouterr().err
    assert found.faults == 1


@pytest.mark.parametrize(
    ("given", "read"), [("az-AZ", "az"), ("ka_GE", "ka"), (" HY ", "hy"), ("", None), (None, None)]
)
def test_a_language_is_read_without_its_region(given: str | None, read: str | None) -> None:
    assert Row("x:1", {"language": given}).language() == read


def test_a_last_line_without_an_end_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a": 1}\r\n\r\n{"b": 2}')

    assert [row.place for row in Lines([path], wanted="{}")] == [f"{path}:1", f"{path}:3"]
