"""monitor.toml: the settings of one home, read once and passed down.

A setting in the environment (MONITOR_CRAWL__DELAY=5) stands above the file. Secrets stand in neither: `password_file`
or `password_env` names where they are.
"""

import datetime as dt
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from monitor import __version__
from monitor.errors import ConfigError
from monitor.home import Home
from monitor.toml import MASK, Number, Table, build, mask_url, read

_PREFIX, _NESTED = "MONITOR_", "__"
_ADDRESS = re.compile(r"[^\s@<>\"(),:;\[\]\\]+@[^\s@<>\"(),:;\[\]\\]+")
_HOST_PORT = re.compile(r"(?:[a-z0-9._-]+|\[[0-9a-f:.]+\]):(\d{1,5})", re.IGNORECASE)

Seconds = Annotated[float, Number, Field(gt=0, le=86_400)]
Count = Annotated[int, Number, Field(ge=1)]
Port = Annotated[int, Number, Field(ge=1, le=65_535)]


def _zone(name: str) -> str:
    if name:
        check_zone(name)
    return name


@cache
def _countries() -> frozenset[str]:
    # The time zone database carries ISO 3166-1; Kosovo has its usual code there in no list.
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8").splitlines()
    return frozenset(line[:2] for line in lines if line and not line.startswith("#")) | {"XK", "INT"}


def _country(code: str) -> str:
    if code not in _countries():
        raise ValueError('not a country; write an ISO 3166-1 code, for example "AZ" or "GB", or "INT" for many')
    return code


def _mail_address(text: str) -> str:
    bare = re.sub(r'^[^<>"\r\n]*<([^<>]+)>$', r"\1", text)
    if not _ADDRESS.fullmatch(bare):
        raise ValueError('not a mail address; write "name@example.org" or "Name <name@example.org>"')
    return text


def _host_port(text: str) -> str:
    found = _HOST_PORT.fullmatch(text)
    if not found or not 0 < int(found[1]) < 65_536:
        raise ValueError('not an exact host:port; write for example "127.0.0.1:8900"')
    return text.lower()


def _one_line(text: str) -> str:
    if re.search(r"[\x00-\x1f\x7f]", text):
        raise ValueError("holds a control character; write it on one line")
    return text


def _default_user_agent() -> str:
    return f"monitor/{__version__} (+{_project_address()})"


def _project_address() -> str:
    try:
        urls = metadata("mine-monitor").get_all("Project-URL") or []
    except PackageNotFoundError:
        urls = []
    return next((line.split(",", 1)[1].strip() for line in urls if "," in line), "mine-monitor")


def check_zone(name: str) -> ZoneInfo:
    """The time zone of that name; ValueError with the remedy when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError('no such time zone; write a name like "Asia/Baku" or "UTC"') from None


ZoneName = Annotated[str, AfterValidator(_zone)]
Country = Annotated[str, AfterValidator(_country)]
Address = Annotated[str, AfterValidator(_mail_address)]
Line = Annotated[str, AfterValidator(_one_line)]


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
    allow_private: tuple[Annotated[str, AfterValidator(_host_port)], ...] = ()


class Secret(Table):
    """Where a password is: in a file or in an environment variable, never in the settings."""

    password_file: str = ""
    password_env: str = ""

    def password(self) -> str | None:
        """The password, or None when none is named; ConfigError when it is named and not there."""
        if self.password_file:
            path = Path(self.password_file).expanduser()
            try:
                return path.read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigError(
                    f"password_file {path}: cannot be read: {error}; check the path and its mode"
                ) from error
        if self.password_env:
            if self.password_env not in os.environ:
                raise ConfigError(f"password_env {self.password_env}: not set; export it or use password_file")
            return os.environ[self.password_env]
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


class DigestConfig(Table):
    """`[[digest]]`: one mail a day, and what it tells of."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")] = "daily"
    time: dt.time = dt.time(7, 0)
    sender: Annotated[str, Field(alias="from")] = ""
    to: tuple[Address, ...] = ()
    when_empty: bool = True
    countries: tuple[Country, ...] = ()
    classes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    urgent: bool = False

    @field_validator("sender")
    @classmethod
    def _address(cls, text: str) -> str:
        return _mail_address(text) if text else text

    @field_validator("time", mode="before")
    @classmethod
    def _clock_time(cls, value: object) -> object:
        if isinstance(value, str) and not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", value):
            raise ValueError('not a time of day; write for example "07:00"')
        return value


class SmtpConfig(Secret):
    """`[smtp]`: the mail server."""

    host: Line = ""
    port: Port = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: Line = ""


class HookConfig(Table):
    """`[[hook]]`: a web address that is told of new articles."""

    url: Annotated[str, Field(pattern=r"^https?://")]
    secret_file: str = ""
    secret_env: str = ""


class MetricsConfig(Table):
    """`[metrics]`: figures for Prometheus, on a loopback port or in a text file."""

    port: Annotated[int, Number, Field(ge=0, le=65_535)] = 0
    textfile: str = ""


class Config(BaseSettings):
    """All settings, with their defaults; the names are those of monitor.toml."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, env_prefix=_PREFIX, env_nested_delimiter=_NESTED
    )

    timezone: ZoneName = ""
    catalogue: CatalogueConfig = CatalogueConfig()
    crawl: CrawlConfig = Field(default_factory=CrawlConfig)
    store: StoreConfig = StoreConfig()
    queue: QueueConfig = QueueConfig()
    digest: tuple[DigestConfig, ...] = ()
    smtp: SmtpConfig = SmtpConfig()
    hook: tuple[HookConfig, ...] = ()
    metrics: MetricsConfig = MetricsConfig()
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
    def _digests_have_their_own_names(self) -> "Config":
        names = [digest.name for digest in self.digest]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f"digest: two are named {twice!r}; give each [[digest]] its own name")
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

    def store_url(self, home: Home) -> str:
        """The SQLAlchemy URL of the ledger, with its password: not to be shown."""
        if not self.store.url:
            return f"sqlite:///{home.ledger}"
        url = self.store.url.replace("postgresql://", "postgresql+psycopg://", 1)
        password = self.store.password()
        if password is None:
            return url
        parts = urlsplit(url)
        user = f"{parts.username or ''}:{quote(password, safe='')}"
        return urlunsplit(parts._replace(netloc=f"{user}@{parts.netloc.rpartition('@')[2]}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One effective setting, as doctor shows it."""

    key: str
    value: str
    origin: str
    """default, the name of the settings file, or the environment variable."""


def load(home: Home) -> Config:
    """The settings of the home: its monitor.toml when there is one, below what the environment says."""
    table = read(home.settings) if home.settings.exists() else {}
    return build(Config, table, place=str(home.settings), outside=_environment(Config))


def effective(config: Config, home: Home) -> tuple[Setting, ...]:
    """Every setting with its value and where it was set, secrets masked."""
    table = read(home.settings) if home.settings.exists() else {}
    outside = _environment(Config)
    return tuple(
        Setting(key=key, value=_masked(key, value), origin=outside.get(key) or _origin(table, key, home))
        for key, value in _flat(config)
    )


def _origin(table: Mapping[str, Any], key: str, home: Home) -> str:
    here: Any = table
    for part in re.sub(r"\[(\d+)\]", r".\1", key).split("."):
        try:
            here = here[int(part) - 1] if isinstance(here, list) else here[part]
        except (KeyError, IndexError, TypeError):
            return "default"
    return home.settings.name


def _flat(model: BaseModel, prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, field in type(model).model_fields.items():
        key, value = f"{prefix}{field.alias or name}", getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _flat(value, f"{key}.")
        elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
            for number, item in enumerate(value, 1):
                yield from _flat(item, f"{key}[{number}].")
        elif key != "source":
            yield key, value


def _masked(key: str, value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str) or "://" not in value:
        return value.strftime("%H:%M") if isinstance(value, dt.time) else str(value)
    if key.startswith("hook"):  # the path of a web hook is its password more often than not
        parts = urlsplit(value)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/{MASK}"
    return mask_url(value)


def _environment(model: type[BaseModel], path: tuple[str, ...] = ()) -> dict[str, str]:
    """Settings that the environment gives: key → what to call their place."""
    names = {name.upper(): name for name in os.environ}
    found: dict[str, str] = {}
    for name, field in model.model_fields.items():
        here = (*path, name)
        variable = names.get(_PREFIX + _NESTED.join(here).upper())
        if variable:
            found[".".join(here)] = f"environment variable {variable}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found |= _environment(field.annotation, here)
    return found


def _machine_zone() -> str:
    from tzlocal import get_localzone_name  # noqa: PLC0415 - only when the settings name no zone

    try:
        name = get_localzone_name()
        check_zone(name)
    except (ValueError, ZoneInfoNotFoundError, LookupError):
        return "UTC"
    return name
