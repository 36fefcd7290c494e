"""Logs: facts as key and value, once, at the edge. JSON in a file and where nobody watches, columns on a terminal.

Values are escaped, so a headline cannot forge a line, and nothing that is named like a secret is written.
"""

import logging
import logging.handlers
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

_SIZE, _FILES = 10_485_760, 10
"""A hundred megabytes at most."""
_NAMES = r"password|passwd|secret|token|authorization|cookie|api[-_]?key|signature"
_SECRET = re.compile(_NAMES, re.IGNORECASE)
_CREDENTIALS = re.compile(r"(?<=://)[^/?#\s]+@")
_SPELLED = re.compile(
    rf"""((?:{_NAMES})(?!\w*_(?:file|env)\b)[\w-]*["']?\s*[=:]\s*)(?:(?:basic|bearer)\s+)?["']?[^\s"'&;,]+""",
    re.IGNORECASE,
)
"""A secret in the midst of a text: a query, a header, a setting."""
_TRACES = ("exception", "stack")
"""Of several lines by nature."""
_LIBRARIES = ("scrapy", "twisted", "trafilatura", "htmldate", "apscheduler", "asyncio", "alembic")


def to_stderr_and_file(folder: Path, *, level: int) -> None:
    """Everything from `level` on is logged to stderr and into the folder's rotating monitor.log."""
    folder.mkdir(parents=True, exist_ok=True)
    file = logging.handlers.RotatingFileHandler(
        folder / "monitor.log", maxBytes=_SIZE, backupCount=_FILES - 1, encoding="utf-8", errors="backslashreplace"
    )
    file.setFormatter(_formatter(structlog.processors.JSONRenderer(ensure_ascii=False)))
    screen = logging.StreamHandler(sys.stderr)
    watched = sys.stderr.isatty()
    screen.setFormatter(
        _formatter(structlog.dev.ConsoleRenderer(colors=True) if watched else structlog.processors.JSONRenderer())
    )
    root = logging.getLogger()
    root.handlers[:] = [screen, file]
    root.setLevel(level)
    for library in _LIBRARIES:
        logging.getLogger(library).setLevel(max(level, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def logger(name: str) -> Any:
    """A logger that takes an event and its facts: log.info("visited", source="caliber-az")."""
    return structlog.stdlib.get_logger(name)


def _formatter(renderer: Processor) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(),
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _safe, renderer],
    )


def _shared() -> list[Processor]:
    return [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]


def _safe(_: object, __: str, event: EventDict) -> EventDict:
    """No secrets, and no line or control characters that a terminal would obey."""
    traces = {key: _trace(event[key]) for key in _TRACES if key in event}
    return {**_masked(event), **traces}


def _masked(facts: Mapping[Any, object]) -> dict[str, object]:
    named = ((_text(str(key)), value) for key, value in facts.items())
    return {key: "***" if _SECRET.search(key) else _clean(value) for key, value in named}


def _clean(value: object) -> object:
    match value:
        case None | bool() | int() | float():
            return value
        case Mapping():
            return _masked(value)
        case list() | tuple() | set() | frozenset():
            return [_clean(item) for item in value]
        case _:
            return _text(value if type(value) is str else str(value))


def _text(value: str) -> str:
    text = _SPELLED.sub(r"\1***", _CREDENTIALS.sub("***@", value))
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def _trace(value: object) -> str:
    # Every line but the first is set in, so that a message of several lines never looks like a line of the log.
    return "\n  ".join(_text(line) for line in str(value).split("\n"))


def _escaped(char: str) -> str:
    r"""The character as a person can read it: \n, \x1b, \u202e."""
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")
