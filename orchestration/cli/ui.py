"""`embudo ui`: Dagster's web server on this home."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli import console, options

PANEL = options.Panel.ENGINEERS


def ui(
    port: Annotated[int, typer.Option("--port", help="Port to listen on.")] = 3000,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; Dagster has no login.")
    ] = "127.0.0.1",
    config: options.ConfigOption = options.DEFAULT_CONFIG,
    home: options.HomeOption = options.DEFAULT_HOME,
    inbox: options.InboxOption = None,
) -> None:
    """Open Dagster: streams, models, checks and releases with lineage, schedules and the file-drop sensor."""
    from orchestration.observability.dagster_instance import prepare_instance
    from orchestration.settings.workspace import Workspace

    workspace = Workspace.open(config=config, home=home, inbox=inbox)
    prepare_instance(workspace.home.dagster)
    os.environ["EMBUDO_CONFIG"] = str(config.resolve())
    os.environ["EMBUDO_HOME"] = str(workspace.home.root)
    if inbox is not None:
        os.environ["EMBUDO_INBOX"] = str(inbox.resolve())
    dagster = str(Path(sys.executable).with_name("dagster"))
    console.err.print(f"Dagster on http://{host}:{port} (Ctrl-C stops it)")
    os.execv(  # noqa: S606 - a list of our own, no shell
        dagster,
        [dagster, "dev", "-m", "orchestration.definitions", "-h", host, "-p", str(port)],
    )
