import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Monitor


def test_the_bundled_sentences_are_judged_as_their_files_say(monitor: Monitor) -> None:
    said = monitor("lexicon", "test")

    assert said.code == 0, said.out
    assert said.out == ""
    assert "0 judged otherwise" in said.err


def test_a_change_of_words_is_shown_by_what_it_adds_and_drops(monitor: Monitor, tmp_path: Path) -> None:
    bundled = Path(__file__).parents[2] / "seeds" / "lexicon"
    fewer = tmp_path / "fewer"
    shutil.copytree(bundled, fewer)
    (fewer / "az.toml").unlink()
    rows = [
        {
            "id": "en",
            "title": "Two deminers wounded by a landmine",
            "text": "An anti-personnel mine went off.",
            "language": "en",
        },
        {
            "id": "az",
            "title": "Zəngilanda minaya düşən çoban yaralanıb",
            "text": "Piyada əleyhinə mina partlayıb.",
            "language": "az",
        },
        {"id": "no", "title": "Bazarda nar ucuzlaşıb", "text": "Nar ucuzdur.", "language": "az"},
    ]
    path = tmp_path / "in.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows) + "{\n", encoding="utf-8")

    dropped = monitor("lexicon", "diff", bundled, fewer, path, "--json")
    added = monitor("lexicon", "diff", fewer, bundled, path)

    (found,) = map(json.loads, dropped.out.splitlines())
    assert (found["id"], found["change"]) == ("az", "dropped")
    assert found["old_score"] > found["new_score"]
    assert added.out.startswith("+ az: Zəngilanda minaya düşən çoban yaralanıb (score 0 → ")
    assert dropped.code == 1
    assert f"{path}:4: not JSON" in dropped.err


@pytest.mark.parametrize(("name", "told"), [("none", "no such file"), ("empty", "no lexicon file in it")])
def test_words_that_are_not_there_are_a_usage_error(monitor: Monitor, tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "empty").mkdir()

    said = monitor("lexicon", "diff", tmp_path / name, tmp_path / name)

    assert said.code == 2
    assert told in said.err


def test_a_sentence_that_is_judged_otherwise_is_shown_and_fails(monitor: Monitor, home: Path) -> None:
    (home / "seeds" / "lexicon").mkdir(parents=True)
    (home / "seeds" / "lexicon" / "mine.toml").write_text(
        'language = "en"\n[tests]\nrelevant = ["Nothing here is about that."]\n', encoding="utf-8"
    )

    said = monitor("lexicon", "test")

    assert said.code == 1
    assert "mine.toml: should match (score 0): Nothing here is about that." in said.out


def test_without_files_the_articles_that_have_landed_are_judged(monitor: Monitor, home: Path, tmp_path: Path) -> None:
    row = {"url": "https://a.example/1", "title": "Zəngilanda minaya düşən çoban yaralanıb", "text": "Mina partlayıb."}
    (tmp_path / "in.jsonl").write_text(json.dumps(row), encoding="utf-8")
    assert "queued" in monitor("ingest", tmp_path / "in.jsonl").out
    bundled = Path(__file__).parents[2] / "seeds" / "lexicon"
    shutil.copytree(bundled, tmp_path / "fewer")
    (tmp_path / "fewer" / "az.toml").unlink()

    said = monitor("lexicon", "diff", bundled, tmp_path / "fewer")

    assert said.out.startswith("- 000_")
    assert said.out.count("\n") == 1
    assert said.err == "1 article, 1 judged otherwise\n"
