"""monitor.toml: the settings of one home, read once and passed down.

A setting in the environment (MONITOR_CRAWL__DELAY=5) stands above the file. Secrets stand in neither: `password_file`
or `password_env` names where they are.
"""

import datetime as dt
import os
import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import BaseModel, BeforeValidator, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from monitor import __version__
from monitor.errors import ConfigError
from monitor.fields import (
    Count,
    Country,
    HostPort,
    Line,
    MailAddress,
    MailAddressOrNone,
    Number,
    Port,
    Seconds,
    ZoneOrNone,
    check_zone,
)
from monitor.home import Home
from monitor.toml import Table, build, read

_PREFIX, _NESTED = "MONITOR_", "__"

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]


def _default_user_agent() -> str:
    return f"monitor/{__version__} (+{_project_address()})"


def _project_address() -> str:
    try:
        urls = metadata("mine-monitor").get_all("Project-URL") or []
    except PackageNotFoundError:
        urls = []
    return next((line.split(",", 1)[1].strip() for line in urls if "," in line), "mine-monitor")


class CatalogueConfig(Table):
    """`[catalogue]`: which sources are watched."""

    bundled: bool = True
    countries: tuple[Country, ...] = ()


class CrawlConfig(Table):
    """`[crawl]`: manners and limits of a visit."""

    user_agent: Line = Field(default_factory=_default_user_agent, min_length=1)
    delay: Annotated[float, Number, Field(ge=0, le=3600)] = 2.0
    concurrency: Annotated[int, Number, Field(ge=1, le=1000)] = 16
    workers: Annotated[int, Number, Field(ge=0, le=256)] = 0
    timeout: Seconds = 30
    max_page_bytes: Count = 10_485_760
    max_pages_per_visit: Count = 200
    obey_robots: bool = True
    allow_private: tuple[HostPort, ...] = ()
    browser: Line = ""
    """The browser for sources with `render`; empty: the first that is found."""


class Secret(Table):
    """Where a password is: in a file or in an environment variable, never in the settings."""

    password_file: str = ""
    password_env: str = ""

    def password(self) -> str | None:
        """The password, or None when none is named; ConfigError when it is named and not there."""
        return _secret("password", file=self.password_file, variable=self.password_env)


def _secret(word: str, *, file: str, variable: str) -> str | None:
    if file:
        path = Path(file).expanduser()
        try:
            return path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{word}_file {path}: cannot be read: {error}; check the path and its mode") from error
    if variable:
        if variable not in os.environ:
            raise ConfigError(f"{word}_env {variable}: not set; export it or use {word}_file")
        return os.environ[variable]
    return None


class StoreConfig(Secret):
    """`[store]`: where the ledger is."""

    url: Line = ""

    @field_validator("url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if url and not url.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:")):
            raise ValueError(
                "not a supported database; use a sqlite:/// or postgresql+psycopg:// URL, or leave it empty"
            )
        if url and urlsplit(url).password:
            raise ValueError("holds a password; take it out and name password_file or password_env beside it")
        return url


class QueueConfig(Table):
    """`[queue]`: where articles land."""

    dir: Annotated[str, Field(min_length=1)] = "queue"


def _clock_time(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", value):
        raise ValueError('not a time of day; write for example "07:00"')
    return value


class DigestConfig(Table):
    """`[[digest]]`: one mail a day, or one an incident with casualties, and what it tells of."""

    name: Name = "daily"
    time: Annotated[dt.time, BeforeValidator(_clock_time)] = dt.time(7, 0)
    sender: Annotated[MailAddressOrNone, Field(alias="from")] = ""
    to: tuple[MailAddress, ...] = ()
    when_empty: bool = True
    countries: tuple[Country, ...] = ()
    classes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    urgent: bool = False
    """Incidents with casualties at once; such a digest has no days."""


class SmtpConfig(Secret):
    """`[smtp]`: the mail server."""

    host: Line = ""
    port: Port = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: Line = ""


class HookConfig(Table):
    """`[[hook]]`: a web address that is told of what is new."""

    name: Name = "hook"
    url: str
    secret_file: str = ""
    secret_env: str = ""
    events: Annotated[tuple[Literal["articles", "digests", "health"], ...], Field(min_length=1)] = ("articles",)
    countries: tuple[Country, ...] = ()
    classes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    timeout: Annotated[float, Number, Field(gt=0, le=60)] = 15

    @model_validator(mode="after")
    def _whole_address(self) -> "HookConfig":
        # Asked of the whole table, because the fault of a key repeats its value, and the path of a hook's address is
        # its password more often than not.
        try:
            parts = urlsplit(self.url)
            whole = parts.scheme in {"http", "https"} and parts.hostname and (parts.port or 0) >= 0
        except ValueError:
            parts, whole = urlsplit(""), False
        if not whole or re.search(r"[\s\x00-\x1f\x7f]", self.url):
            raise ValueError('url is no web address; write it whole, for example "https://desk.example/mines"')
        if parts.username is not None or parts.password is not None:
            raise ValueError("url holds a user name or password; what is sent is signed instead: see secret_file")
        return self

    def secret(self) -> str | None:
        """What notices are signed with, or None when nothing is named; ConfigError when it is named and not there."""
        return _secret("secret", file=self.secret_file, variable=self.secret_env)


class MetricsConfig(Table):
    """`[metrics]`: figures for Prometheus, on a loopback port or in a text file."""

    port: Annotated[int, Number, Field(ge=0, le=65_535)] = 0
    textfile: str = ""


class UpkeepConfig(Table):
    """`[upkeep]`: how long what grows without end is kept."""

    history_days: Annotated[int, Number, Field(ge=0)] = 400
    """Days of polls, visits and sightings; 0 keeps them for ever. Articles and URLs are always kept."""


class Config(BaseSettings):
    """All settings, with their defaults; the names are those of monitor.toml."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, env_prefix=_PREFIX, env_nested_delimiter=_NESTED
    )

    timezone: ZoneOrNone = ""
    catalogue: CatalogueConfig = CatalogueConfig()
    crawl: CrawlConfig = Field(default_factory=CrawlConfig)
    store: StoreConfig = StoreConfig()
    queue: QueueConfig = QueueConfig()
    digest: tuple[DigestConfig, ...] = ()
    smtp: SmtpConfig = SmtpConfig()
    hook: tuple[HookConfig, ...] = ()
    metrics: MetricsConfig = MetricsConfig()
    upkeep: UpkeepConfig = UpkeepConfig()
    source: tuple[dict[str, Any], ...] = ()
    """Inline sources as they stand in the file; `catalogue.load` reads them."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then the file; no other place is asked."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings

    @model_validator(mode="after")
    def _each_has_its_own_name(self) -> "Config":
        for table, named in (("digest", self.digest), ("hook", self.hook)):
            names = [each.name for each in named]
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice:
                raise ValueError(f"{table}: two are named {twice!r}; give each [[{table}]] its own name")
        return self

    @property
    def digests(self) -> tuple[DigestConfig, ...]:
        """The digests; one named "daily" without recipients when the file has none."""
        return self.digest or (DigestConfig(),)

    @property
    def zone(self) -> str:
        """The name of the time zone that days, the schedule and dates without a zone are counted in."""
        return self.timezone or _machine_zone()

    def queue_dir(self, home: Home) -> Path:
        """The queue directory; a relative one lies in the home."""
        return home.path / Path(self.queue.dir).expanduser()

    def textfile(self, home: Home) -> Path | None:
        """The file for the figures, if one is named; a relative one lies in the home."""
        return home.path / Path(self.metrics.textfile).expanduser() if self.metrics.textfile else None

    def store_url(self, home: Home) -> str:
        """The SQLAlchemy URL of the ledger, with its password: not to be shown. A relative file lies in the home."""
        if not self.store.url:
            return f"sqlite:///{home.ledger}"
        if self.store.url.startswith("sqlite:///"):
            return f"sqlite:///{home.path / Path(self.store.url.removeprefix('sqlite:///')).expanduser()}"
        url = self.store.url.replace("postgresql://", "postgresql+psycopg://", 1)
        password = self.store.password()
        if password is None:
            return url
        parts = urlsplit(url)
        user = f"{parts.username or ''}:{quote(password, safe='')}"
        return urlunsplit(parts._replace(netloc=f"{user}@{parts.netloc.rpartition('@')[2]}"))


def load(home: Home) -> Config:
    """The settings of the home: its monitor.toml when there is one, below what the environment says."""
    table = read(home.settings) if home.settings.exists() else {}
    return build(Config, table, place=str(home.settings), outside=environment())


def environment(model: type[BaseModel] = Config, path: tuple[str, ...] = ()) -> dict[str, str]:
    """Settings that the environment gives: key → what to call their place."""
    names = {name.upper(): name for name in os.environ}
    found: dict[str, str] = {}
    for name, field in model.model_fields.items():
        here = (*path, name)
        variable = names.get(_PREFIX + _NESTED.join(here).upper())
        if variable:
            found[".".join(here)] = f"environment variable {variable}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found |= environment(field.annotation, here)
    return found


def _machine_zone() -> str:
    from tzlocal import get_localzone_name  # noqa: PLC0415 - only when the settings name no zone

    try:
        name = get_localzone_name()
        check_zone(name)
    except (ValueError, LookupError):
        return "UTC"
    return name
