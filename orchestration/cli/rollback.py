"""`embudo rollback`: an older release becomes the current one."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli import console, options

PANEL = options.Panel.ENGINEERS


def rollback(
    to: Annotated[str | None, typer.Argument(help="A release. Default: the previous one.")] = None,
    _config: options.ConfigOption = options.DEFAULT_CONFIG,
    home: options.HomeOption = options.DEFAULT_HOME,
) -> None:
    """Make an older release current again, after verifying its checksums."""
    from orchestration import publication
    from orchestration.settings import Home

    release = publication.rollback(Home.at(home), to)
    console.out.print(
        f"The current release is now [bold]{release.release_id}[/bold], data as of "
        f"{release.as_of:%Y-%m-%d}."
    )
