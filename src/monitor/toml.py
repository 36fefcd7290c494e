"""TOML at the border: a file becomes a frozen type, or one error with file, key, value and remedy for all faults.

Knows nothing of what the keys mean.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from monitor.errors import ConfigError

_SECRET = re.compile(r"(?:.*_)?(?:password|passwd|secret|token)", re.IGNORECASE)
_SECRET_IN_URL = re.compile(r"(?i)(?<=://)([^/@\s:]*):[^/@\s]+@|\b(password|passwd|token|secret|key)=[^&\s]+")
MASK = "***"

M = TypeVar("M", bound=BaseModel)


class Table(BaseModel):
    """A TOML table: frozen, and an unknown key in it is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)


def read(path: Path, *, error: type[ConfigError] = ConfigError) -> dict[str, Any]:
    """The top table of the TOML file at path; the error names file, line and cause when it cannot be read."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as cause:
        raise error(f"{path}: not UTF-8 (byte {cause.start}); save the file as UTF-8") from cause
    except OSError as cause:
        raise error(f"{path}: cannot be read: {cause.strerror}; check its owner and mode") from cause
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as cause:
        raise error(f"{path}: not valid TOML: {cause}; strings need quotes, lists brackets") from cause


def build(
    model: type[M],
    table: Mapping[str, Any],
    *,
    place: str,
    error: type[ConfigError] = ConfigError,
    outside: Mapping[str, str] | None = None,
) -> M:
    """The table as a value of the model; the error lists every wrong key, each after `place`.

    `outside` maps keys that did not come from the file to where they came from (an environment variable).
    """
    strange = [key for key in table if key.startswith("_")]
    if strange:
        raise error(f"{place}: {strange[0]}: unknown key{_remedy(strange[0], _names(model))}")
    try:
        return model(**table)
    except ValidationError as cause:
        lines = [_line(model, problem, place=place, outside=outside or {}) for problem in cause.errors()]
        raise error("\n".join(lines)) from cause


def mask_url(text: str) -> str:
    """The text without the passwords that stand in its URLs."""
    return _SECRET_IN_URL.sub(lambda m: f"{m[2]}={MASK}" if m[2] else f"{m[1]}:{MASK}@", text)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was most likely meant to be."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return close[0] if close else None


def fields_of(model: type[BaseModel] | None) -> dict[str, Any]:
    """The keys of a table as they stand in the file, with pydantic's field of each."""
    return {field.alias or name: field for name, field in model.model_fields.items()} if model else {}


def table_in(annotation: object) -> type[BaseModel] | None:
    """The table that an annotation holds, alone or in a tuple; None when it holds none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for found in map(table_in, get_args(annotation)) if found), None)


def _line(model: type[BaseModel], problem: Mapping[str, Any], *, place: str, outside: Mapping[str, str]) -> str:
    loc = problem["loc"]
    key = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in loc).removeprefix(".")
    place = outside.get(key, place)
    if problem["type"] == "extra_forbidden" and _SECRET.fullmatch(str(loc[-1])):
        return f"{place}: {key}: secrets do not stand in the settings; use {loc[-1]}_file or {loc[-1]}_env"
    if problem["type"] == "extra_forbidden":
        return f"{place}: {key}: unknown key{_remedy(str(loc[-1]), _names(_at(model, loc[:-1])))}"
    message = str(problem["msg"]).removeprefix("Value error, ")
    message = re.sub(r"^Input should be", "should be", message)
    if problem["type"] == "missing":
        return f"{place}: {key}: missing; add a line {loc[-1]} = …"
    if not key:
        return f"{place}: {message}"
    return f"{place}: {key} = {_shown(problem['input'])}: {message}{_default(model, loc)}"


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "{…}"
    try:
        text = mask_url(json.dumps(value, ensure_ascii=False))
    except TypeError:
        text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _remedy(word: str, known: list[str]) -> str:
    close = nearest(word, known)
    return f"; did you mean {close}?" if close else f"; known keys: {', '.join(known)}"


def _default(model: type[BaseModel], loc: tuple[str | int, ...]) -> str:
    field = fields_of(_at(model, loc[:-1])).get(str(loc[-1]))
    if (
        field is None
        or field.is_required()
        or field.default_factory is not None
        or not isinstance(field.default, str | int | float)
    ):
        return ""
    return f" (default: {json.dumps(field.default)})" if field.default != "" else ""


def _names(model: type[BaseModel] | None) -> list[str]:
    return list(fields_of(model))


def _at(model: type[BaseModel] | None, loc: tuple[str | int, ...]) -> type[BaseModel] | None:
    for part in loc:
        if isinstance(part, str):
            field = fields_of(model).get(part)
            model = table_in(field.annotation) if field else None
    return model
