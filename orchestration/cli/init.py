"""`embudo init`: the files that a new company starts from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli import console, options
from orchestration.core.errors import SettingsInvalid

PANEL = options.Panel.START


def init(
    config: options.ConfigOption = options.DEFAULT_CONFIG,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    key: Annotated[
        bool, typer.Option("--key", help="Only create a privacy key, if there is none.")
    ] = False,
    home: options.HomeOption = options.DEFAULT_HOME,
) -> None:
    """Write a commented embudo.yml, an empty inbox and a privacy key (embudo.env).

    Then map your files in it, and run `embudo refresh --dry-run` to see what would be read.
    """
    from orchestration.quality.registry import default_limits
    from orchestration.settings import commented_settings

    if key:
        if not create_privacy_key(config=config, home=home):
            console.out.print("There is a privacy key already; it stays as it is.")
        return
    if config.exists() and not force:
        raise SettingsInvalid(
            f"{config} exists already. Edit it, choose another file with --config, or overwrite it with --force."
        )
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(commented_settings(default_limits(), config.parent), encoding="utf-8")
    inbox = config.parent / "inbox"
    inbox.mkdir(exist_ok=True)
    console.out.print(f"Wrote [bold]{config}[/bold] and the folder [bold]{inbox}[/bold].")
    create_privacy_key(config=config, home=home)
    console.out.print("Next: put your exports into the folder, map them in the file, then")
    console.out.print("  embudo refresh --dry-run    # what would be read")
    console.out.print("  embudo refresh              # read, build, check, release")


def create_privacy_key(*, config: Path, home: Path) -> bool:
    """Create a key where the environment and the company's file have none, and report it; whether it did."""
    from orchestration.operations.privacy_key import create_key

    target = create_key(config=config, home=home)
    if target is None:
        return False
    console.out.print(
        f"Wrote a privacy key to [bold]{target}[/bold]: e-mail addresses and phones leave the warehouse "
        "hashed with it. Keep it out of git and apart from the data; back it up like a password.",
        soft_wrap=True,
    )
    return True
