import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.cli.conftest import Monitor

SOURCE = """
[catalogue]
bundled = false
[[source]]
id = "alpha"
name = "Alpha"
country = "GE"
languages = ["ka"]
timezone = "Asia/Tbilisi"
feeds = ["https://alpha.example/rss"]
"""


def settings(home: Path, more: str = "") -> None:
    (home / "monitor.toml").write_text(more + SOURCE, encoding="utf-8")


def test_a_sound_set_up_has_no_bad_point(monitor: Monitor, home: Path) -> None:
    settings(home)

    said = monitor("doctor", "--json")

    report = json.loads(said.out)
    points = {point["name"]: point for point in report["points"]}
    assert (said.code, report["ok"]) == (0, True)
    assert points["sources"]["value"] == "1 watched, 0 off"
    assert "monitor.db: whole, 0 URLs" in points["ledger"]["value"]
    assert points["sqlite"]["value"].split()[1].startswith("(")


def test_secrets_are_masked_wherever_settings_are_shown(
    monitor: Monitor, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = home / "secret"
    secret.write_text("qu1etC4nary", encoding="utf-8")
    secret.chmod(0o644)
    monkeypatch.setenv("https_proxy", "http://user:qu1etC4nary@proxy.example:3128")
    settings(
        home,
        f"[smtp]\nhost = 'mail.example'\npassword_file = '{secret}'\n",
    )

    for arguments in (["doctor"], ["doctor", "--json"]):
        said = monitor(*arguments)
        assert "qu1etC4nary" not in said.out + said.err
        assert f"chmod 600 {secret}" in said.out
        assert "proxy.example" in said.out


def test_what_is_missing_is_bad_and_named_with_its_remedy(monitor: Monitor, home: Path) -> None:
    settings(home, "[smtp]\nhost = 'mail.example'\npassword_env = 'NO_SUCH_VARIABLE'\n")

    said = monitor("doctor")

    assert said.code == 1
    assert "bad   mail" in said.out
    assert "password_env NO_SUCH_VARIABLE: not set; export it" in said.out


def test_a_damaged_ledger_is_told_and_the_other_points_are_still_shown(monitor: Monitor, home: Path) -> None:
    settings(home)
    (home / "monitor.db").write_bytes(b"no ledger at all" * 100)

    said = monitor("doctor")

    assert said.code == 1
    assert "bad   ledger" in said.out
    assert "ok    lexicon" in said.out


def test_wrong_settings_are_a_point_and_no_traceback(monitor: Monitor, home: Path) -> None:
    (home / "monitor.toml").write_text("[crawl]\ndely = 1\n", encoding="utf-8")

    said = monitor("doctor")

    assert said.code == 1
    assert "crawl.dely: unknown key; did you mean delay?" in said.out


def test_a_full_disk_is_bad(monitor: Monitor, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(home)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1 << 20))

    said = monitor("doctor")

    assert "bad   disk         0.0 GB free" in said.out


def test_a_user_agent_without_a_contact_is_warned_of(monitor: Monitor, home: Path) -> None:
    settings(home, "[crawl]\nuser_agent = 'x'\n")
    assert "warn  user agent" in monitor("doctor").out

    settings(home, "[crawl]\nuser_agent = 'x (+mailto:redaksiya@agdam.example)'\n")
    assert "ok    user agent" in monitor("doctor").out
