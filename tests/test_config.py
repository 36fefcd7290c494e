import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor import config, effective
from monitor.errors import ConfigError
from monitor.fields import duration
from monitor.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def written(home: Home, text: str) -> config.Config:
    home.settings.write_text(text, encoding="utf-8")
    return config.load(home)


def fault(home: Home, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        written(home, text)
    assert caught.value.exit_code == 3
    return str(caught.value)


def test_without_a_settings_file_the_defaults_of_the_contract_hold(home: Home) -> None:
    settings = config.load(home)

    assert settings.crawl.delay == 2.0
    assert settings.crawl.concurrency == 16
    assert settings.crawl.max_page_bytes == 10_485_760
    assert settings.crawl.max_pages_per_visit == 200
    assert settings.crawl.obey_robots
    assert settings.crawl.user_agent.startswith("monitor/")
    assert settings.catalogue.bundled
    assert settings.queue_dir(home) == home.path / "queue"
    assert settings.store_url(home) == f"sqlite:///{home.ledger}"
    assert [digest.name for digest in settings.digests] == ["daily"]
    assert (settings.smtp.port, settings.smtp.security) == (587, "starttls")


def test_every_key_of_the_contract_is_read(home: Home) -> None:
    settings = written(
        home,
        """
        timezone = "Asia/Yerevan"
        [catalogue]
        bundled = false
        countries = ["AZ", "AM", "INT"]
        [crawl]
        user_agent = "xəbər/1 (+mailto:redaksiya@agdam.example)"
        delay = 0
        concurrency = 2
        workers = 1
        timeout = 7
        max_page_bytes = 1000
        max_pages_per_visit = 3
        obey_robots = false
        allow_private = ["127.0.0.1:8900", "[::1]:80"]
        [store]
        url = "postgresql+psycopg://reader@db.example/mines"
        [queue]
        dir = "/srv/queue"
        [[digest]]
        name = "ermənicə"
        """.replace('name = "ermənicə"', 'name = "am"')
        + """
        time = "06:30"
        from = "Monitor <monitor@agdam.example>"
        to = ["a@agdam.example", "Նարեկ <b@agdam.example>"]
        when_empty = false
        [smtp]
        host = "mail.example"
        port = 25
        security = "none"
        username = "u"
        password_env = "MAIL_PASSWORD"
        [[source]]
        id = "alpha"
        """,
    )

    assert settings.zone == "Asia/Yerevan"
    assert settings.crawl.allow_private == ("127.0.0.1:8900", "[::1]:80")
    assert settings.queue_dir(home) == Path("/srv/queue")
    assert settings.digests[0].time == dt.time(6, 30)
    assert settings.digests[0].sender == "Monitor <monitor@agdam.example>"
    assert len(settings.digests[0].to) == 2
    assert settings.source == ({"id": "alpha"},)


def test_settings_cannot_be_changed_after_they_are_read(home: Home) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        config.load(home).crawl.delay = 0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[crawl]\ndely = 3", "crawl.dely: unknown key; did you mean delay?"),
        ("[crwl]\ndelay = 3", "crwl: unknown key; did you mean crawl?"),
        ("_env_file = 'x'", "_env_file: unknown key; known keys: timezone, catalogue"),
        ("[crawl]\ntimeout = 'bir'", 'crawl.timeout = "bir": should be a valid number'),
        ("[crawl]\ndelay = true", "crawl.delay = true: should be a number, not true or false (default: 2.0)"),
        ("[crawl]\ndelay = -1", "crawl.delay = -1: should be greater than or equal to 0"),
        ("[crawl]\nallow_private = ['127.0.0.1']", 'crawl.allow_private[1] = "127.0.0.1": not an exact host:port'),
        ("[crawl]\nallow_private = ['10.0.0.0/8:80']", "not an exact host:port"),
        ('[crawl]\nuser_agent = "a\\r\\nCookie: b"', "holds a control character"),
        ("crawl = 3", "crawl = 3: should be"),
        ("timezone = 'Asia/Bakuu'", 'timezone = "Asia/Bakuu": no such time zone; write a name like "Asia/Baku"'),
        ("timezone = '../../etc/passwd'", "no such time zone"),
        ("[catalogue]\ncountries = ['UK']", 'catalogue.countries[1] = "UK": not a country'),
        ("[[digest]]\ntime = '25:00'", 'digest[1].time = "25:00": not a time of day; write for example "07:00"'),
        ("[[digest]]\nto = ['redaksiya']", 'digest[1].to[1] = "redaksiya": not a mail address'),
        ('[[digest]]\nto = ["a@b\\nBcc: c@d"]', "not a mail address"),
        ("[[digest]]\n[[digest]]", "digest: two are named 'daily'"),
        ("[smtp]\nsecurity = 'ssl'", "smtp.security = \"ssl\": should be 'starttls', 'tls' or 'none'"),
        ("[store]\nurl = 'mysql://x/y'", 'store.url = "mysql://x/y": not a supported database'),
        ("source = 3", "source = 3: should be"),
    ],
)
def test_a_wrong_line_is_named_with_file_key_value_and_remedy(home: Home, text: str, message: str) -> None:
    said = fault(home, text)

    assert str(home.settings) in said
    assert message in said


def test_all_faults_are_told_at_once(home: Home) -> None:
    assert len(fault(home, "[crawl]\ndelay = 'a'\nworkers = 'b'\n[quue]\n").splitlines()) == 3


def test_broken_toml_is_told_with_its_line(home: Home) -> None:
    assert "line 2" in fault(home, "timezone = ''\n[crawl\n")


def test_a_file_in_another_encoding_is_told_so(home: Home) -> None:
    home.settings.write_bytes("timezone = 'Баку'".encode("windows-1251"))

    with pytest.raises(ConfigError, match="not UTF-8"):
        config.load(home)


def test_a_byte_order_mark_does_no_harm(home: Home) -> None:
    home.settings.write_bytes(b"\xef\xbb\xbf[crawl]\ndelay = 7\n")

    assert config.load(home).crawl.delay == 7


@pytest.mark.parametrize(
    "text",
    [
        "[smtp]\npassword = 'Zərif-42'",
        "[smtp]\npassword = 'Zərif-42'\nport = 'x'",
        "[store]\nurl = 'postgresql://u:Zərif-42@db/x'",
        "[[hook]]\nurl = 'https://h.example/'\nsecret = 'Zərif-42'",
        "[[hook]]\nurl = 'https://u:Zərif-42@h.example/'",
    ],
)
def test_a_secret_in_the_settings_is_refused_and_not_repeated(home: Home, text: str) -> None:
    said = fault(home, text)

    assert "_file" in said
    assert "Zərif-42" not in said


def test_a_password_is_read_from_where_it_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = home.path / "secret"
    secret.write_text("Zərif@42\n", encoding="utf-8")
    monkeypatch.setenv("DB_PASSWORD", "p@ss/word")
    settings = written(
        home,
        f"[smtp]\npassword_file = '{secret}'\n"
        "[store]\nurl = 'postgresql://u@db.example:5433/x'\npassword_env = 'DB_PASSWORD'",
    )

    assert settings.smtp.password() == "Zərif@42"
    assert settings.store_url(home) == "postgresql+psycopg://u:p%40ss%2Fword@db.example:5433/x"


@pytest.mark.parametrize(
    ("url", "place"), [("sqlite:///a/b.db", "{home}/a/b.db"), ("sqlite:////srv/b.db", "/srv/b.db")]
)
def test_a_relative_ledger_lies_in_the_home(home: Home, url: str, place: str) -> None:
    settings = written(home, f"[store]\nurl = '{url}'")

    assert settings.store_url(home) == f"sqlite:///{place.format(home=home.path)}"


def test_a_password_that_is_not_where_it_is_named_is_told(home: Home) -> None:
    settings = written(home, "[smtp]\npassword_env = 'NOT_SET_ANYWHERE'\n[store]\npassword_file = '/nowhere/x'")

    with pytest.raises(ConfigError, match="password_env NOT_SET_ANYWHERE: not set"):
        settings.smtp.password()
    with pytest.raises(ConfigError, match="password_file /nowhere/x: cannot be read"):
        settings.store.password()


def test_the_environment_stands_above_the_file(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_CRAWL__DELAY", "5")

    settings = written(home, "[crawl]\ndelay = 1\nworkers = 3")

    assert (settings.crawl.delay, settings.crawl.workers) == (5, 3)


def test_a_wrong_value_in_the_environment_names_the_variable(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_CRAWL__DELAY", "tez")

    assert fault(home, "").startswith('environment variable MONITOR_CRAWL__DELAY: crawl.delay = "tez"')


def test_effective_settings_say_where_each_was_set_and_show_no_secret(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_CRAWL__WORKERS", "2")
    settings = written(
        home,
        "[crawl]\ndelay = 1\nuser_agent = 'm (+https://me:canary@h.example/)'\n[[digest]]\n"
        "[[hook]]\nurl = 'https://h.example:8443/T0/canary?key=canary'\n",
    )

    shown = {setting.key: setting for setting in effective.settings(settings, home)}

    assert shown["crawl.delay"].origin == "monitor.toml"
    assert shown["crawl.workers"].origin == "environment variable MONITOR_CRAWL__WORKERS"
    assert shown["crawl.timeout"].origin == "default"
    assert shown["digest[1].time"].value == "07:00"
    assert "canary" not in shown["crawl.user_agent"].value
    assert shown["hook[1].url"].value == "https://h.example:8443/***"


@given(st.integers(0, 10_000), st.sampled_from("smhd"))
def test_a_length_of_time_is_read_as_it_is_written(number: int, unit: str) -> None:
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit]

    assert duration(f"{number}{unit}") == dt.timedelta(seconds=number * seconds)


@pytest.mark.parametrize("text", ["", "15", "15 m", "m", "-5m", "1e3s", "bir saat", 15, "9" * 30 + "d"])
def test_what_is_no_length_of_time_is_refused_with_an_example(text: object) -> None:
    with pytest.raises(ValueError, match="write"):
        duration(text)


def test_lengths_of_time_add_up() -> None:
    assert duration("1h30m") == dt.timedelta(minutes=90)


def test_a_hook_has_its_own_name_and_a_secret_beside_the_settings(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = home.path / "açar"
    secret.write_text("whsec_YcmF\n", encoding="utf-8")
    monkeypatch.setenv("DESK_SECRET", "başqa açar")
    first, second = written(
        home,
        f"[[hook]]\nurl = 'http://127.0.0.1:9/x'\nsecret_file = '{secret}'\n"
        "[[hook]]\nname = 'desk'\nurl = 'https://desk.example/'\nsecret_env = 'DESK_SECRET'\n"
        "events = ['articles', 'digests', 'health']\ncountries = ['AZ']\nclasses = ['incident']\nlanguages = ['az']\n",
    ).hook

    assert (first.name, first.events, first.timeout, first.secret()) == ("hook", ("articles",), 15, "whsec_YcmF")
    assert second.secret() == "başqa açar"
    monkeypatch.delenv("DESK_SECRET")
    with pytest.raises(ConfigError, match="secret_env DESK_SECRET: not set"):
        second.secret()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[hook]]\nname = 'x'", "hook[1].url: missing"),
        ("[[hook]]\nurl = 'https://a.example/'\n[[hook]]\nurl = 'https://b.example/'", "two are named 'hook'"),
        ("[[hook]]\nurl = 'https://a.example/'\nevents = []", "hook[1].events"),
        ("[[hook]]\nurl = 'https://a.example/'\nevents = ['mails']", "hook[1].events[1]"),
        ("[[hook]]\nurl = 'https://a.example/'\ntimeout = 0", "hook[1].timeout"),
        ("[[hook]]\nurl = 'https://'", "url is no web address"),
    ],
)
def test_a_hook_that_cannot_be_is_an_error(home: Home, text: str, told: str) -> None:
    assert told in fault(home, text)


@pytest.mark.parametrize("url", ["https://h.example/{} x", "https://h.example:99999/{}", "ftp://h.example/{}", "h/{}"])
def test_the_path_of_a_hooks_address_is_not_repeated(home: Home, url: str) -> None:
    said = fault(home, f"[[hook]]\nurl = '{url.format('Zərif-42')}'")

    assert "url is no web address" in said
    assert "Zərif-42" not in said
