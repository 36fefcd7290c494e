"""The documents say what is there, and all of it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel

from monitor.article import textfile
from monitor.cli.app import app
from monitor.config import Config
from monitor.model import Outcome
from monitor.toml import fields_of, table_in

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "seeds" / "README.md"])


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def leaves(command: Any, path: tuple[str, ...] = ("monitor",)) -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", None)
    if below is None:
        yield " ".join(path), command
        return
    for name, inner in below.items():
        yield from leaves(inner, (*path, name))


COMMANDS = dict(leaves(typer.main.get_command(app)))


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_and_option_is_documented(path: str) -> None:
    group = " ".join(path.split()[:2])
    section = read("docs/commands.md").partition(f"\n## {group}\n")[2].partition("\n## ")[0]
    options = [option for parameter in COMMANDS[path].params for option in parameter.opts if option.startswith("--")]

    assert path in section or path == group
    assert [option for option in options if option != "--help" and option not in section] == []
    assert f"`{group}`" in read("README.md")


def test_no_command_is_documented_that_is_not_there() -> None:
    groups = {" ".join(path.split()[:2]) for path in COMMANDS}

    for name in ("README.md", "docs/commands.md"):
        told = re.findall(r"^(?:## |\| `)(monitor \w+)", read(name), re.MULTILINE)
        assert set(told) == groups


def test_every_setting_is_documented_in_its_section() -> None:
    text = read("docs/settings.md")

    def undocumented(model: type[BaseModel], section: str) -> Iterator[str]:
        for key, field in fields_of(model).items():
            inner = table_in(field.annotation)
            heading = f"[[{key}]]" if key in {"digest", "hook", "source"} else f"[{key}]"
            if inner or key == "source":
                part = text.partition(f"\n### {heading}\n")[2].partition("\n### ")[0]
                yield from undocumented(inner, part) if inner else [] if part else [key]
            elif not re.search(rf"^\|.*`{key}`", section, re.MULTILINE):
                yield key

    assert list(undocumented(Config, text.partition("\n### ")[0])) == []


def test_every_outcome_is_documented() -> None:
    assert [outcome for outcome in Outcome if f"`{outcome}`" not in read("docs/commands.md")] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_resolve(document: Path) -> None:
    text = document.read_text("utf-8")

    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        assert target.startswith(("http://", "https://", "mailto:")) or (document.parent / target).exists(), target


def test_the_readmes_targets_are_in_the_makefile() -> None:
    makefile = read("Makefile")

    for name in ("README.md", "CONTRIBUTING.md", ".ci/run"):
        for target in re.findall(r"^make ([\w-]+)", read(name), re.MULTILINE):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_queue_file_in_the_readme_has_the_queues_form() -> None:
    shown = r"^`queue/(\d{3}_[0-9a-f]{16})\.txt`:\n\n```\n(.*?)\n```"
    block = re.search(shown, read("README.md"), re.MULTILINE | re.DOTALL)

    assert block
    assert f"{textfile.name(17, block[2])}" == f"{block[1]}.txt"
    lines = block[2].split("\n")
    assert all(line.strip() == line != "" for line in lines)
    assert lines[-1].startswith("By ")


def test_the_architecture_names_every_room() -> None:
    rooms = {path.stem for path in (ROOT / "src" / "monitor").iterdir() if not path.name.startswith("__")} - {"py"}
    text = read("docs/architecture.md")

    assert [room for room in sorted(rooms) if not re.search(rf"`{room}(/|\.|`)", text)] == []


def test_contributing_fits_on_a_page() -> None:
    assert len(read("CONTRIBUTING.md").splitlines()) <= 60
