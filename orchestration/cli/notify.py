"""`embudo notify`: the notification hooks of embudo.yml, listed and tested."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli import console, options
from orchestration.core.errors import SettingsInvalid

PANEL = options.Panel.ENGINEERS


def notify(
    test: Annotated[
        bool, typer.Option("--test", help="Send a test message to each of them.")
    ] = False,
    config: options.ConfigOption = options.DEFAULT_CONFIG,
    home: options.HomeOption = options.DEFAULT_HOME,
) -> None:
    """List who is notified of a refresh that needs attention (`alerts` in embudo.yml).

    With `--test` each of them is sent a message; the command fails where one cannot be delivered.
    """
    from orchestration.observability.notifications import Notification, send
    from orchestration.settings.workspace import Workspace

    settings = Workspace.open(config=config, home=home, inbox=None).settings
    if not settings.alerts:
        console.out.print("Nobody is notified: embudo.yml has no `alerts`.")
        return
    failures = []
    for hook in settings.alerts:
        target = (
            f"${hook.url_env}" if hook.kind == "webhook" else f"{', '.join(hook.to)} by {hook.host}"
        )
        description = f"{hook.kind} to {target} on {', '.join(hook.on)}"
        if not test:
            console.out.print(description, markup=False)
            continue
        notification = Notification(
            company=settings.company,
            run_id="test",
            events=frozenset(hook.on),
            title="a test message",
        )
        failed = send([hook], notification)
        failures += failed
        console.out.print(f"{'failed' if failed else 'sent'}: {description}", markup=False)
    for failure in failures:
        console.err.print(failure, markup=False)
    if failures:
        raise SettingsInvalid(
            f"{len(failures)} of {len(settings.alerts)} alert hook(s) could not be notified."
        )
