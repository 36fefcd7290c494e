"""The bundled lexicons on the evaluation set: the report part must not fall below its floors."""

import subprocess
import sys
import tomllib
from typing import Any

import pytest

from bench import eval as evaluation
from bench.eval import Judged, Tally
from tests.evaluation import check

FLOORS: dict[str, Any] = tomllib.loads((check.PLACE / "floors.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def report() -> tuple[Judged, ...]:
    return evaluation.clear(evaluation.judge(evaluation.bundled(), evaluation.items("report")))


def test_the_set_keeps_its_own_rules() -> None:
    assert list(check.problems()) == []


def test_the_check_sees_a_story_that_stands_in_both_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = check.rows
    monkeypatch.setattr(check, "rows", lambda part: [*rows(part), {**rows("dev")[0], "id": f"copy-in-{part}"}])

    found = list(check.problems())

    assert f"{rows('dev')[0]['story']}: story in both parts" in found
    assert any("word triples are the same" in problem for problem in found)


@pytest.mark.parametrize(
    ("broken", "word"),
    [
        ({"category": None}, "category None"),
        ({"category": "gossip"}, "category 'gossip'"),
        ({"hard": "yes"}, "hard is 'yes'"),
        ({"language": "xx"}, "unknown language"),
        ({"text": "bir\n\niki"}, "blank lines"),
        ({"kind": "passing"}, "a passing is never relevant"),
        ({"note": "?"}, "missing or unknown"),
    ],
)
def test_the_check_names_a_misshapen_item(monkeypatch: pytest.MonkeyPatch, broken: dict[str, Any], word: str) -> None:
    rows = check.rows
    sound = next(row for row in rows("dev") if row["relevant"])
    monkeypatch.setattr(check, "rows", lambda part: [*rows(part), {**sound, "id": "broken", **broken}])

    assert any(word in problem for problem in check.problems() if "broken" in problem)


@pytest.mark.parametrize("figure", ["precision", "recall"])
def test_the_report_part_keeps_its_floor(report: tuple[Judged, ...], figure: str) -> None:
    reached = getattr(evaluation.tally(report), figure)

    assert reached >= FLOORS["overall"][figure]


@pytest.mark.parametrize("figure", ["precision", "recall"])
@pytest.mark.parametrize("language", check.LANGUAGES)
def test_every_language_keeps_its_floor(report: tuple[Judged, ...], language: str, figure: str) -> None:
    reached = getattr(evaluation.tally(evaluation.grouped(report, lambda item: item.language)[language]), figure)

    assert reached >= FLOORS[language][figure]


def test_a_tally_counts_shares_of_the_accepted_and_of_the_relevant() -> None:
    seen = Tally(hit=6, false=2, missed=4, refused=8)

    assert (seen.precision, seen.recall) == (0.75, 0.6)
    assert Tally(0, 0, 0, 3).precision is None
    assert Tally(0, 0, 0, 3).recall is None


def test_the_errors_of_the_report_part_are_not_shown() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.eval", "--part", "report", "--errors"],
        cwd=check.PLACE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "use --part dev" in done.stderr
    assert done.stdout == ""
