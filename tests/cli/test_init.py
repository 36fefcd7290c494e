import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from monitor import catalogue, config
from monitor.cli import init
from monitor.home import Home
from monitor.toml import fields_of, table_in
from tests.cli.conftest import Monitor

TEMPLATE = (Path(init.__file__).parent / "monitor.toml").read_text("utf-8")


def test_init_writes_settings_that_load_and_change_nothing(monitor: Monitor, tmp_path: Path) -> None:
    said = monitor("init", tmp_path / "yeni")

    assert said.code == 0
    assert said.out == f"{tmp_path}/yeni/monitor.toml\n"
    assert config.load(Home(tmp_path / "yeni")) == config.Config()


def test_init_without_a_directory_writes_into_the_home(monitor: Monitor, home: Path) -> None:
    assert monitor("init", "-q").err == ""
    assert (home / "monitor.toml").is_file()


def test_init_leaves_settings_alone_that_are_there(monitor: Monitor, home: Path) -> None:
    (home / "monitor.toml").write_text("# mənim\n", encoding="utf-8")

    said = monitor("init")

    assert said.code == 2
    assert "is there already" in said.err
    assert (home / "monitor.toml").read_text("utf-8") == "# mənim\n"


def uncommented() -> str:
    return "\n".join(re.sub(r"^# (\[\[|\w+ = )", r"\1", line) for line in TEMPLATE.splitlines())


def test_what_is_commented_out_is_valid_and_shows_the_defaults(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.settings.write_text(uncommented(), encoding="utf-8")

    shown, defaults = config.load(home), config.Config()

    assert shown.crawl.model_copy(update={"user_agent": defaults.crawl.user_agent}) == defaults.crawl
    for name in ("timezone", "catalogue", "store", "queue", "smtp", "metrics", "digests"):
        assert getattr(shown, name) == getattr(defaults, name)
    assert catalogue.load(shown, home).find("alpha").country == "AZ"


def test_the_template_names_every_key() -> None:
    def keys(model: type[BaseModel]) -> Iterator[str]:
        for key, field in fields_of(model).items():
            inner = table_in(field.annotation)
            yield from keys(inner) if inner else [key]

    assert [key for key in keys(config.Config) if not re.search(rf"\b{key}\b", TEMPLATE)] == []
