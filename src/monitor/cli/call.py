"""One call of the command line: what its global options say, and the ways to home, settings and catalogue."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from monitor import clock
from monitor.cli import output
from monitor.home import Home, find, open_home

if TYPE_CHECKING:
    from monitor.catalogue import Catalogue
    from monitor.config import Config
    from monitor.hooks import Hooks
    from monitor.ledger import Ledger
    from monitor.relevance.lexicon import Lexicon


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The global options."""

    named_home: Path | None = None
    quiet: bool = False
    verbose: bool = False

    def home(self) -> Home:
        """The home of this call, created when it was not there."""
        return open_home(find(self.named_home, environ=os.environ, cwd=Path.cwd()))

    def config(self, home: Home) -> "Config":
        """The settings of the home."""
        from monitor import config  # noqa: PLC0415 - pydantic is slow to import

        return config.load(home)

    def catalogue(self, config: "Config", home: Home) -> "Catalogue":
        """The sources of the home."""
        from monitor import catalogue  # noqa: PLC0415

        return catalogue.load(config, home)

    def ledger(self, config: "Config", home: Home) -> "Ledger":
        """The ledger of the home, open."""
        from monitor.ledger import Ledger  # noqa: PLC0415 - SQLAlchemy is slow to import

        return Ledger.open(config.store_url(home))

    def publish(self, config: "Config", home: Home, ledger: "Ledger") -> None:
        """Feeds and the file of figures say what the ledger says now, for those who do not ask it."""
        from monitor import feeds  # noqa: PLC0415
        from monitor.queue import Queue  # noqa: PLC0415

        queue, sources = Queue(config.queue_dir(home)), tuple(self.catalogue(config, home).select())
        feeds.publish(ledger, queue, sources, now=clock.now())
        path = config.textfile(home)
        if path:
            from monitor import metrics  # noqa: PLC0415
            from monitor.daemon import beat  # noqa: PLC0415

            figures = metrics.Figures(
                ledger=ledger, queue=queue, sources=sources, daemon=lambda: beat.read(home.beat), now=clock.now
            )
            metrics.textfile(figures, path)

    def await_hooks(self, config: "Config", home: Home) -> None:
        """The web hooks of the settings are known: what lands from now on is for them."""
        if config.hook:
            with self.hooks(config, home) as hooks:
                hooks.know(now=clock.now())

    def tell_hooks(self, config: "Config", home: Home) -> None:
        """What is new has been offered to the web hooks that want it; what they did not take is said."""
        if config.hook:
            with self.hooks(config, home) as hooks:
                hooks.make(now=clock.now())
                told = hooks.post(now=clock.now)
            for problem in told.problems:
                self.note(problem)

    @contextmanager
    def hooks(self, config: "Config", home: Home) -> "Iterator[Hooks]":
        """The web hooks of the home."""
        from monitor.editions import open_editor  # noqa: PLC0415 - slow to import
        from monitor.hooks import Hooks  # noqa: PLC0415

        with open_editor(config, home, self.catalogue(config, home).select()) as editor:
            yield Hooks(editor=editor, folder=home.outbox)

    def lexicon(self) -> "Lexicon":
        """The words of the home: bundled and the user's own."""
        from monitor import catalogue  # noqa: PLC0415
        from monitor.relevance import lexicon  # noqa: PLC0415

        return lexicon.load(catalogue.lexicon_files(self.home()))

    def note(self, text: str) -> None:
        """A message on stderr, unless the caller asked for quiet."""
        if not self.quiet:
            output.complain(text)

    def log_to_stderr(self) -> None:
        """What the rooms log is seen on stderr: warnings, with -v everything of ours, with -q errors only."""
        import logging  # noqa: PLC0415

        logging.basicConfig(handlers=[output.handler()], level=logging.ERROR if self.quiet else logging.WARNING)
        if self.verbose:
            logging.getLogger("monitor").setLevel(logging.INFO)
        for library in ("scrapy", "twisted", "trafilatura", "htmldate"):
            logging.getLogger(library).setLevel(logging.ERROR)

    def when(self, text: str, *, config: "Config", past: bool = False) -> datetime:
        """The moment that a WHEN means, in the zone of the settings when it names none."""
        from monitor import dates  # noqa: PLC0415

        return dates.when(text, zone=config.zone, now=clock.now(), past=past)


def of(context: typer.Context) -> Call:
    """The call that the context belongs to."""
    call = context.find_object(Call)
    return call or Call()
