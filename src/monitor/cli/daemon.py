"""`monitor daemon`: the schedule."""

import typer

from monitor.cli.call import of


def daemon(context: typer.Context) -> None:
    """Watch all enabled sources until told to stop: due visits, digests, upkeep.

    SIGTERM ends it within 20 seconds, a second one at once; SIGHUP rereads settings and catalogue. A crawl by hand may
    run beside it.
    """
    import logging  # noqa: PLC0415

    from monitor import logs  # noqa: PLC0415
    from monitor.daemon import run, signals  # noqa: PLC0415 - Scrapy and APScheduler are slow to import

    call = of(context)
    home = call.home()

    def load() -> run.Setup:
        config = call.config(home)
        return run.Setup(config=config, sources=tuple(call.catalogue(config, home).select()))

    level = logging.DEBUG if call.verbose else logging.WARNING if call.quiet else logging.INFO
    logs.to_stderr_and_file(home.log, level=level)
    run.run(home, load)
    signals.end_soon(2)
