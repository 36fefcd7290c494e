"""`monitor init`: a commented monitor.toml to begin with."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli import output
from monitor.cli.call import of
from monitor.errors import HomeError, UsageError
from monitor.home import Home, open_home


def init(
    context: typer.Context,
    directory: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="Where; default: the home.")] = None,
) -> None:
    """Write a commented monitor.toml. Nothing needs it before the first crawl."""
    call = of(context)
    home = open_home(Path.cwd() / directory.expanduser()) if directory else call.home()
    write(home)
    output.say(str(home.settings))
    call.note(f"edit it, then: monitor --home {home.path} crawl --since 2d")


def write(home: Home) -> None:
    """The home has a commented monitor.toml; one that was there before is left alone, and UsageError says so."""
    try:
        with home.settings.open("x", encoding="utf-8") as file:
            file.write((Path(__file__).parent / "monitor.toml").read_text("utf-8"))
    except FileExistsError:
        raise UsageError(f"{home.settings} is there already; move it away to begin afresh") from None
    except OSError as error:
        raise HomeError(
            f"{home.settings} cannot be written: {error.strerror}; check the owner of {home.path}"
        ) from error
