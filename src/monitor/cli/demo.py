"""`monitor demo`: the whole job on a fictional news world."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    keep: Annotated[
        Path | None, typer.Option("--keep", metavar="DIR", help="Make the home there and leave it to be looked at.")
    ] = None,
) -> None:
    """Do the whole job on a fictional news world.

    The world is served on loopback: no network is needed.
    """
    from rich.console import Console  # noqa: PLC0415 - slow to import

    from monitor.demo import run  # noqa: PLC0415

    raise typer.Exit(run.demo(keep, Console(highlight=False)))
