"""`monitor hook`: the web hooks, as a person looks at them and mends them."""

from typing import TYPE_CHECKING, Annotated

import typer

from monitor import clock
from monitor.cli import output
from monitor.cli.call import of
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.config import Config, HookConfig

app = typer.Typer(name="hook", help="Look at web hooks and mend them.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of the [[hook]].")]


@app.command("list")
def list_(
    context: typer.Context, *, json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False
) -> None:
    """List the hooks: how each is doing, what waits, what was given up in the last week."""
    from monitor.cli.status import hook_states  # noqa: PLC0415
    from monitor.hooks import receiver  # noqa: PLC0415

    call = of(context)
    home = call.home()
    config = call.config(home)
    with call.ledger(config, home) as ledger:
        states = hook_states(ledger, [hook.name for hook in config.hook], now=clock.now())
    rows = [(state, receiver(hook).place, hook.events) for state, hook in zip(states, config.hook, strict=True)]
    if json:
        for state, place, events in rows:
            output.record("hook", state, place=place, events=events)
        return
    output.table(
        ("NAME", "STATE", "PLACE", "TELLS", "WAITING", "GIVEN UP", "LAST ANSWER"),
        ((s.name, s.state, place, ", ".join(e), s.waiting, s.given_up, s.reply) for s, place, e in rows),
    )


@app.command()
def test(context: typer.Context, name: Name) -> None:
    """Post a trial notice to the hook, now; exit 1 when it is not accepted."""
    import secrets  # noqa: PLC0415

    from monitor.digest import notice  # noqa: PLC0415
    from monitor.hooks import receiver  # noqa: PLC0415
    from monitor.webhook import Fate, post  # noqa: PLC0415

    call = of(context)
    hook, now = _which(call.config(call.home()), name), clock.now()
    to = receiver(hook)
    answer = post(notice.trial(hook.name, at=now), uid=f"msg_{secrets.token_hex(16)}", receiver=to, at=now)
    output.say(f"{answer.fate:<9} {to.place}: {answer.text}")
    if answer.fate is not Fate.ACCEPTED:
        raise typer.Exit(1)


@app.command()
def retry(context: typer.Context, name: Name) -> None:
    """Switch the hook on again, and post what waits for it and what was given up."""
    from monitor.ledger import notices  # noqa: PLC0415

    call = of(context)
    home = call.home()
    config = call.config(home)
    hook = _which(config, name)
    with call.hooks(config, home) as hooks:
        hooks.know(now=clock.now())
        due = notices.retry(hooks.editor.ledger, hook=hook.name, now=clock.now())
        hooks.make(now=clock.now())
        told = hooks.post(now=clock.now)
    output.say(f"{output.count(due, 'notice')} tried again: {told.accepted} accepted, {told.waiting} waiting")
    for problem in told.problems:
        call.note(problem)


def _which(config: "Config", name: str) -> "HookConfig":
    for hook in config.hook:
        if hook.name == name:
            return hook
    known = ", ".join(hook.name for hook in config.hook) or "none"
    raise UsageError(f"no [[hook]] is named {name!r}; there are: {known}")
