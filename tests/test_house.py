import subprocess
import sys
from pathlib import Path

import pytest

from monitor import house
from monitor.errors import ConfigError


def in_a_child(code: str) -> str:
    """What the code prints in a fresh interpreter, so that sys.modules of this one stays as it is."""
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def test_a_checkout_has_its_seeds_and_spiders_beside_src() -> None:
    root = Path(__file__).parents[1]

    assert house.seeds() == root / "seeds"
    assert house.spiders() == root / "spiders"


def test_what_travels_inside_the_package_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_seeds").mkdir()
    monkeypatch.setattr(house, "_PACKAGE", tmp_path)

    assert house.seeds() == tmp_path / "_seeds"


def test_a_broken_installation_says_where_it_looked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house, "_PACKAGE", tmp_path / "package")
    monkeypatch.setattr(house, "_CHECKOUT", tmp_path)

    with pytest.raises(ConfigError, match=r"seeds/ found neither in .*package.*install the monitor again"):
        house.seeds()


def test_scrapy_finds_bundled_spiders_and_the_users_own(tmp_path: Path) -> None:
    (tmp_path / "agdam.py").write_text(
        "import scrapy\nclass Agdam(scrapy.Spider):\n    name = 'agdam.example'\n", encoding="utf-8"
    )
    code = (
        "import os; os.chdir('/')\n"
        "from pathlib import Path\n"
        "from monitor import house\n"
        f"name = house.install_spiders(Path({str(tmp_path)!r}))\n"
        f"house.install_spiders(Path({str(tmp_path)!r}))\n"
        "from scrapy.spiderloader import SpiderLoader\n"
        "from scrapy.settings import Settings\n"
        "print(SpiderLoader.from_settings(Settings({'SPIDER_MODULES': [name]})).list())\n"
        "import spiders; print(len(spiders.__path__))\n"
    )

    assert in_a_child(code).splitlines()[0].count("agdam.example") == 1
    assert in_a_child(code).splitlines()[1] == "2"


def test_a_foreign_package_named_spiders_is_not_taken_for_ours(tmp_path: Path) -> None:
    (tmp_path / "spiders").mkdir()
    (tmp_path / "spiders" / "__init__.py").write_text("", encoding="utf-8")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import spiders\n"
        "from monitor import house\n"
        "house.install_spiders()\n"
        "import spiders; print(spiders.__path__[0] == str(house.spiders()))\n"
    )

    assert in_a_child(code).strip() == "True"
