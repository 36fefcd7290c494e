"""JSON Lines from files and stdin: each line an object, or a complaint that names file and line; the others go on."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from monitor.cli import output
from monitor.errors import UsageError
from monitor.text import line

_LONGEST = 64 * 1024 * 1024  # bytes; a page of 10 MB with every character escaped still fits
_NAMES = {str: "a text", int: "a number", bool: "true or false", list: "a list", dict: "an object", float: "a number"}


class Unfit(Exception):  # noqa: N818 - not an error of the program: the reader turns it into a complaint
    """A line is not what it should be; the message says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One object and where it stood."""

    place: str
    fields: dict[str, Any]

    def text(self, key: str, *, needed: bool = False) -> str:
        """The text under the key, "" when there is none; Unfit when it is something else, or missing and needed."""
        value = self.fields.get(key)
        if value is None and not needed:
            return ""
        if value is None:
            raise Unfit(f'no "{key}"')
        if not isinstance(value, str):
            raise Unfit(f'"{key}" is {_NAMES.get(type(value), "no text")}; a text is wanted')
        return value

    def language(self) -> str | None:
        """The language that the row names, without its region: az for az-AZ."""
        return line(self.text("language")).lower().replace("_", "-").partition("-")[0] or None


class Lines:
    """The rows of several files, one after the other; `faults` counts what was complained of.

    A file that is not there is a UsageError before anything is read.
    """

    def __init__(self, paths: Sequence[Path], *, wanted: str) -> None:
        for path in paths:
            readable(path)
        self._paths = paths
        self._wanted = wanted
        self.faults = 0

    def __iter__(self) -> Iterator[Row]:
        for path in self._paths:
            name = "stdin" if str(path) == "-" else str(path)
            with nullcontext(sys.stdin.buffer) if str(path) == "-" else path.open("rb") as file:
                for number, raw in enumerate(_raw_lines(file), 1):
                    place = f"{name}:{number}"
                    try:
                        if raw is None or raw.strip():
                            yield Row(place, self._object(raw))
                    except Unfit as cause:
                        self.complain(place, cause)

    def complain(self, place: str, cause: Unfit) -> None:
        """The fault is told and counted."""
        self.faults += 1
        output.complain(f"monitor: {place}: {cause}; skipped")

    def _object(self, raw: bytes | None) -> dict[str, Any]:
        if raw is None:
            raise Unfit(f"longer than {_LONGEST // 1024 // 1024} MB")
        try:
            value = json.loads(raw.decode("utf-8-sig"))
        except UnicodeDecodeError as cause:
            raise Unfit(f"not UTF-8 (byte {cause.start})") from cause
        except RecursionError as cause:
            raise Unfit("nested too deeply") from cause
        except ValueError as cause:
            raise Unfit(f"not JSON: {cause}; wanted: {self._wanted}") from cause
        if not isinstance(value, dict):
            raise Unfit(f"{_NAMES.get(type(value), 'null')}, not an object; wanted: {self._wanted}")
        return value


def readable(path: Path) -> None:
    """The path is "-" or something that can be opened and read, else a UsageError says what it is."""
    if str(path) != "-" and (not path.exists() or path.is_dir() or not os.access(path, os.R_OK)):
        what = "is a directory" if path.is_dir() else "may not be read" if path.exists() else "no such file"
        raise UsageError(f"{path}: {what}; give a file, or - for stdin")


def _raw_lines(file: IO[bytes]) -> Iterator[bytes | None]:
    """The lines of the file, None for one that is too long to be read."""
    while raw := file.readline(_LONGEST + 1):
        if len(raw) <= _LONGEST:
            yield raw
            continue
        while raw and not raw.endswith(b"\n"):
            raw = file.readline(_LONGEST)
        yield None
