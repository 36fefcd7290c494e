"""`monitor digest`: the mail of one local day."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor import clock
from monitor.cli import output
from monitor.cli.call import Call, of
from monitor.errors import MailError, UsageError

if TYPE_CHECKING:
    from email.message import EmailMessage

    from monitor.config import Config, DigestConfig
    from monitor.outbox import Posted


def digest(
    context: typer.Context,
    *,
    day: Annotated[
        str | None, typer.Option("--date", metavar="D", help="The local day, YYYY-MM-DD. Default: yesterday.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Which [[digest]]. Default: the first.")] = None,
    to_file: Annotated[
        Path | None, typer.Option("--to-file", metavar="F.eml", help="Write the mail to a file; send nothing.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plain part; send and keep nothing.")] = False,
    resend: Annotated[bool, typer.Option("--resend", help="Send once more what was sent before.")] = False,
    if_due: Annotated[
        bool, typer.Option("--if-due", help="Make every digest whose time has come, send what waits; for cron.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make and send the digest of one local day.

    A day that has its digest keeps it: it is shown or sent again as it was made.
    """
    from monitor.editions import open_editor  # noqa: PLC0415 - slow to import

    call = of(context)
    home = call.home()
    config = call.config(home)
    now = clock.now()
    with open_editor(config, home, call.catalogue(config, home).select()) as editor:
        if if_due:
            if day or name or to_file or dry_run or resend:
                raise UsageError("--if-due decides by itself which digests to make; give it alone")
            made = [f"{edition.name} {edition.day}" for edition in editor.make_due(now=now)]
            made += editor.make_urgent(now=now)
            _report(call, made, editor.outbox.post(now=now), json=json)
            call.tell_hooks(config, home)
            return
        which, wanted = _which(config, name), _day(day, config, now)
        if dry_run or to_file:
            _show(call, editor.message(which, wanted, now=now), to_file)
            return
        if resend:
            editor.resend(which, wanted, now=now)
        else:
            editor.send(which, wanted, now=now)
        _report(call, [f"{which.name} {wanted}"], editor.outbox.post(now=now), json=json)
        call.tell_hooks(config, home)


def _which(config: "Config", name: str | None) -> "DigestConfig":
    if name is None:
        daily = next((digest for digest in config.digests if not digest.urgent), None)
        if daily is None:
            raise UsageError("every [[digest]] is urgent and has no days; add one that is not, or use --if-due")
        return daily
    for found in config.digests:
        if found.name == name:
            return found
    known = ", ".join(found.name for found in config.digests)
    raise UsageError(f"no [[digest]] is named {name!r}; there are: {known}")


def _day(text: str | None, config: "Config", now: datetime) -> date:
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    if text is None:
        return now.astimezone(ZoneInfo(config.zone)).date() - timedelta(days=1)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--date {text!r} is no day; write it like 2026-11-23") from None


def _show(call: Call, mail: "EmailMessage", to_file: Path | None) -> None:
    if to_file is None:
        body = mail.get_body(("plain",))
        assert body is not None  # noqa: S101 - every digest has one
        output.say(body.get_content())
        return
    try:
        to_file.write_bytes(mail.as_bytes())
    except OSError as error:
        raise MailError(f"{to_file} cannot be written: {error.strerror}; name another file") from error
    call.note(f"written to {to_file}")


def _report(call: Call, made: list[str], posted: "Posted", *, json: bool) -> None:
    if json:
        output.record("digest", posted, made=made)
        return
    for edition in made:
        output.say(f"made      {edition}")
    output.say(f"accepted  {posted.accepted}, waiting {posted.waiting}, ended without success {posted.ended}")
    for problem in posted.problems:
        call.note(problem)
