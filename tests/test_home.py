import os
from pathlib import Path

import pytest

from monitor.errors import HomeError
from monitor.home import Home, find, open_home


def test_a_named_home_stands_above_everything(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").touch()

    assert find(Path("xəbərlər"), environ={"MONITOR_HOME": "/elsewhere"}, cwd=tmp_path) == tmp_path / "xəbərlər"


def test_the_environment_stands_above_a_settings_file_nearby(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").touch()

    assert find(None, environ={"MONITOR_HOME": str(tmp_path / "b")}, cwd=tmp_path) == tmp_path / "b"


def test_the_nearest_settings_file_upward_names_the_home(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    (tmp_path / "monitor.toml").touch()
    (tmp_path / "a" / "monitor.toml").touch()

    assert find(None, environ={"MONITOR_HOME": "", "HOME": "/nowhere"}, cwd=deep) == tmp_path / "a"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"XDG_STATE_HOME": "/var/state", "HOME": "/home/u"}, "/var/state/monitor"),
        ({"XDG_STATE_HOME": "relative", "HOME": "/home/u"}, "/home/u/.local/state/monitor"),
        ({"HOME": "/home/u"}, "/home/u/.local/state/monitor"),
    ],
)
def test_without_any_of_them_the_state_directory_is_home(
    environ: dict[str, str], expected: str, tmp_path: Path
) -> None:
    assert find(None, environ=environ, cwd=tmp_path) == Path(expected)


def test_without_even_a_user_home_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="--home DIR"):
        find(None, environ={}, cwd=tmp_path)


def test_the_first_use_creates_the_home(tmp_path: Path) -> None:
    home = open_home(tmp_path / "new" / "home")

    assert home.path.is_dir()
    assert list(home.path.iterdir()) == []


def test_a_file_in_the_way_is_named_with_cause_and_remedy(tmp_path: Path) -> None:
    (tmp_path / "home").touch()

    with pytest.raises(HomeError, match=r"home .*/home/x cannot be created: Not a directory; name another with --home"):
        open_home(tmp_path / "home" / "x")


def test_a_home_that_the_system_calls_unwritable_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)

    with pytest.raises(HomeError, match="not writable; change its owner or mode"):
        open_home(tmp_path)


def test_everything_of_a_monitor_lies_in_its_home(tmp_path: Path) -> None:
    home = Home(tmp_path)

    places = (home.settings, home.seeds, home.spiders, home.ledger, home.outbox, home.log, home.lock)
    assert {place.parent for place in places} == {tmp_path}
    assert len(set(places)) == len(places)
