"""`notify`: the alert hooks of embudo.yml, tried."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli.console import (
    DEFAULT_CONFIG,
    DEFAULT_HOME,
    ConfigOption,
    HomeOption,
    err,
    out,
)
from orchestration.core.errors import SettingsInvalid


def notify(
    test: Annotated[bool, typer.Option("--test", help="Send a test message through each.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """List who is told of a refresh that needs a look (`alerts` in embudo.yml); --test sends each a message."""
    from orchestration.observability.notifications import Notice, send
    from orchestration.refresh.workspace import Workspace

    settings = Workspace.open(config=config, home=home, inbox=None).settings
    if not settings.alerts:
        out.print("Nobody is told: embudo.yml has no `alerts`.")
        return
    faults = []
    for hook in settings.alerts:
        where = (
            f"${hook.url_env}" if hook.kind == "webhook" else f"{', '.join(hook.to)} by {hook.host}"
        )
        said = f"{hook.kind} to {where} on {', '.join(hook.on)}"
        if not test:
            out.print(said, markup=False)
            continue
        notice = Notice(
            company=settings.company,
            run_id="test",
            events=frozenset(hook.on),
            title="a test message",
        )
        found = send([hook], notice)
        faults += found
        out.print(f"{'failed' if found else 'sent'}: {said}", markup=False)
    for fault in faults:
        err.print(fault, markup=False)
    if faults:
        raise SettingsInvalid(f"{len(faults)} of {len(settings.alerts)} alert hook(s) do not work.")
