"""The settings in force, as they are shown: where each was set, and no secret in clear."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel

from monitor.config import Config, environment
from monitor.home import Home
from monitor.toml import MASK, mask_url, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One effective setting, as doctor shows it."""

    key: str
    value: str
    origin: str
    """default, the name of the settings file, or the environment variable."""


def settings(config: Config, home: Home) -> tuple[Setting, ...]:
    """Every setting with its value and where it was set, secrets masked."""
    table = read(home.settings) if home.settings.exists() else {}
    outside = environment()
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
    if key.startswith("hook["):
        return _place(value)
    return mask_url(value)


def _place(url: str) -> str:
    """Scheme and host of a hook's address: its path is its password more often than not."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/{MASK}"
