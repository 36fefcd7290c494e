"""The command line: one thin module a command group. Whatever is heavy is imported inside the command that needs it."""

import sys
from collections.abc import Sequence
from typing import NoReturn

from monitor.errors import MonitorError

# Options of the whole program, which people also write after the command.
_FLAGS = frozenset({"-q", "--quiet", "-v", "--verbose", "--no-color"})
_VALUED = "--home"


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The process ends with the exit code of the contract after the command has run."""
    from monitor.cli import output  # noqa: PLC0415 - so that `import monitor.cli` costs nothing
    from monitor.cli.app import app  # noqa: PLC0415

    output.prepare()
    try:
        try:
            app(_hoisted(list(sys.argv[1:] if arguments is None else arguments)), prog_name="monitor")
        finally:
            sys.stdout.flush()
    except MonitorError as error:
        output.complain(f"monitor: {error}")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output has left; there is nobody to tell.
        output.give_up_stdout()
        sys.exit(0)
    sys.exit(0)


def _hoisted(arguments: list[str]) -> list[str]:
    """The arguments with the options of the whole program first, wherever before `--` they stood."""
    first: list[str] = []
    rest: list[str] = []
    given = iter(arguments)
    for argument in given:
        if argument == "--":
            rest += [argument, *given]
        elif argument in _FLAGS or argument.startswith(f"{_VALUED}="):
            first.append(argument)
        elif argument == _VALUED:
            first += [argument, *([value] if (value := next(given, None)) is not None else [])]
        else:
            rest.append(argument)
    return first + rest
