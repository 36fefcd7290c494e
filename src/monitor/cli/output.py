"""What people and programs read: stdout is data, stderr is messages, and neither lets a control character through."""

import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from pathlib import PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from monitor.text import line, scrub

if TYPE_CHECKING:
    from logging import Handler, LogRecord

# JSON itself escapes C0; C1, bidi controls, surrogates and the other invisible marks are ours to escape.
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]")


def prepare() -> None:
    """Both streams speak UTF-8 whatever the locale says, and never fail on a character."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def say(text: str = "") -> None:
    """One or more lines of data for a person."""
    sys.stdout.write(f"{scrub(text)}\n")


def complain(text: str) -> None:
    """A message on stderr."""
    sys.stderr.write(f"{scrub(text)}\n")


def record(thing: str, value: object, **more: object) -> None:
    """One JSON object on one line, its schema first, shown at once."""
    body = {"schema": f"monitor.{thing}/1", **plain(value), **plain(more)}
    text = json.dumps(body, ensure_ascii=False)
    sys.stdout.write(_UNSAFE_IN_JSON.sub(lambda m: f"\\u{ord(m[0]):04x}", text) + "\n")
    sys.stdout.flush()


def plain(value: object) -> Any:  # noqa: PLR0911 - one case a type
    """The value as JSON knows it: dataclasses as objects, moments in ISO 8601 (UTC), lengths of time in seconds."""
    match value:
        case dict() | MappingProxyType():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case timedelta():
            return value.total_seconds()
        case PurePath():
            return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value


def handler() -> "Handler":
    """A log handler that speaks through `complain`: wherever stderr is by then, and scrubbed."""
    from logging import Formatter, Handler  # noqa: PLC0415

    class Stderr(Handler):
        def emit(self, record: "LogRecord") -> None:
            complain(self.format(record))

    made = Stderr()
    made.setFormatter(Formatter("%(levelname)s %(name)s: %(message)s"))
    return made


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns under their headings; on a terminal within its width, else at full length."""
    from rich.console import Console  # noqa: PLC0415 - slow to import
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    columns = Table(box=None, pad_edge=False, header_style="bold")
    for name in header:
        columns.add_column(Text(name), overflow="fold")
    for row in rows:
        columns.add_row(*(Text(line("" if cell is None else str(cell))) for cell in row))
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 10_000, highlight=False)
    with console.capture() as captured:
        console.print(columns)
    sys.stdout.write("".join(f"{text.rstrip()}\n" for text in captured.get().splitlines()))


def count(number: int, thing: str) -> str:
    """The number and its noun: 1 source, 2 sources."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def give_up_stdout() -> None:
    """Nothing more is written to stdout, so that closing it cannot fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
