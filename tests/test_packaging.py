"""What is built and installed is what stands here: the wheel is unpacked and run with `src` out of sight."""

import os
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def uv() -> str:
    found = os.environ.get("UV") or shutil.which("uv") or shutil.which("uv", path=ROOT / ".tools" / "bin")
    if not found:
        pytest.skip("uv is neither on PATH nor in .tools/")
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    # Built from a copy, so that a file that comes or goes meanwhile cannot spoil it.
    copy = folder / "project"
    skip = shutil.ignore_patterns("__pycache__")
    for name in ("src", "seeds", "spiders"):
        shutil.copytree(ROOT / name, copy / name, ignore=skip)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy / name)
    subprocess.run([uv(), "build", "--wheel", "--quiet", "--out-dir", folder, copy], check=True, timeout=100)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def unpacked(wheel: Path) -> Path:
    folder = wheel.parent / "unpacked"
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


def run(unpacked: Path, *arguments: str) -> str:
    """What a child says that finds the unpacked wheel before anything else."""
    environ = os.environ | {"PYTHONPATH": str(unpacked), "MONITOR_HOME": str(unpacked.parent / "home")}
    done = subprocess.run(
        [sys.executable, *arguments],
        check=True,
        capture_output=True,
        text=True,
        env=environ,
        cwd=unpacked.parent,
        timeout=60,
    )
    return done.stdout


def test_the_wheel_lists_the_bundled_sources(unpacked: Path) -> None:
    here = run(unpacked, "-c", "import monitor; print(monitor.__file__)")
    listed = run(unpacked, "-m", "monitor", "sources", "list", "--all", "--json")

    assert here.startswith(str(unpacked))
    assert str(unpacked / "monitor" / "_seeds" / "sources") in listed


def test_the_wheel_carries_every_seed_and_spider(unpacked: Path) -> None:
    for name in ("seeds", "spiders"):
        there = {path.relative_to(ROOT / name) for path in (ROOT / name).rglob("*") if path.suffix in {".toml", ".py"}}
        carried = {
            path.relative_to(unpacked / "monitor" / f"_{name}")
            for path in (unpacked / "monitor").rglob("*")
            if f"_{name}" in path.parts
        }

        assert there - carried == set()


def test_the_wheel_carries_every_file_of_the_package(unpacked: Path) -> None:
    there = {
        path.relative_to(ROOT / "src")
        for path in (ROOT / "src" / "monitor").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }

    assert {path for path in there if not (unpacked / path).is_file()} == set()


def test_scrapy_finds_the_spiders_of_the_wheel(unpacked: Path) -> None:
    code = (
        "from monitor import house; house.install_spiders(); import spiders; print(spiders.__file__)\n"
        "from scrapy.spiderloader import SpiderLoader; from scrapy.settings import Settings\n"
        "SpiderLoader.from_settings(Settings({'SPIDER_MODULES': ['spiders']}))\n"
    )

    assert run(unpacked, "-c", code).strip() == str(unpacked / "monitor" / "_spiders" / "__init__.py")


def test_the_wheel_asks_for_what_trafilatura_forgets(unpacked: Path) -> None:
    metadata = Parser().parsestr(next(unpacked.glob("*.dist-info/METADATA")).read_text("utf-8"))

    assert any(
        line.startswith(("lxml-html-clean", "lxml_html_clean")) for line in metadata.get_all("Requires-Dist") or []
    )


@pytest.mark.slow
def test_a_clean_environment_needs_nothing_but_the_wheel(wheel: Path) -> None:
    place = wheel.parent / "clean"
    subprocess.run([uv(), "venv", "--quiet", "--python", sys.executable, place], check=True)
    python = place / "bin" / "python"
    subprocess.run([uv(), "pip", "install", "--quiet", "--python", python, wheel], check=True)

    subprocess.run([python, "-W", "error::ImportWarning", "-c", "import trafilatura"], check=True, cwd=place)
    said = subprocess.run([place / "bin" / "monitor", "--version"], check=True, capture_output=True, text=True)

    assert said.stdout.startswith("monitor ")


def test_a_checkout_lists_its_spiders_with_scrapys_own_command() -> None:
    subprocess.run([sys.executable, "-m", "scrapy", "list"], check=True, cwd=ROOT, capture_output=True, timeout=60)
