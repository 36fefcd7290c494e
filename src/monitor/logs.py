"""Logs: facts as key and value, once, at the edge. JSON in a file and where nobody watches, columns on a terminal.

Values are escaped, so a headline cannot forge a line, and nothing that is named like a secret is written.
"""

import logging
import logging.handlers
import re
import sys
from pathlib import Path
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

_SIZE, _FILES = 10_485_760, 10
"""A hundred megabytes at most."""
_SECRET = re.compile(r"password|passwd|secret|token|authorization|cookie", re.IGNORECASE)
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
_LIBRARIES = ("scrapy", "twisted", "trafilatura", "htmldate", "apscheduler", "asyncio")


def to_stderr_and_file(folder: Path, *, level: int) -> None:
    """Everything from `level` on is logged to stderr and into the folder's rotating monitor.log."""
    folder.mkdir(parents=True, exist_ok=True)
    file = logging.handlers.RotatingFileHandler(
        folder / "monitor.log", maxBytes=_SIZE, backupCount=_FILES - 1, encoding="utf-8", errors="backslashreplace"
    )
    file.setFormatter(_formatter(structlog.processors.JSONRenderer(ensure_ascii=False)))
    screen = logging.StreamHandler(sys.stderr)
    colours = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    screen.setFormatter(_formatter(colours if sys.stderr.isatty() else structlog.processors.JSONRenderer()))
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
    return {key: "***" if _SECRET.search(key) else _clean(value) for key, value in event.items()}


def _clean(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = _CREDENTIALS.sub("***@", value)
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text)
