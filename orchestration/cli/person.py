"""`embudo person`: what is held about a person, for a subject-access request."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli import console, options
from orchestration.core.errors import SettingsInvalid

PANEL = options.Panel.ENGINEERS


def person(
    email: options.EmailOption = None,
    phone: options.PhoneOption = None,
    contact: options.ContactOption = None,
    export: Annotated[
        Path | None,
        typer.Option("--export", help="Write `person.json` and a CSV per stream into this folder."),
    ] = None,
    config: options.ConfigOption = options.DEFAULT_CONFIG,
    home: options.HomeOption = options.DEFAULT_HOME,
    inbox: options.InboxOption = None,
) -> None:
    """Show what is held about a person, and export it for a subject-access request.

    Every row of landing and quarantine that is theirs, refers to them or names them, in every version, with the file
    and line that it came from. Nothing is changed. The export holds personal data in clear: delete it once it is sent.

    Examples:

    `embudo person --email ana@example.com`

    `embudo person --email ana@example.com --export ana`
    """
    from orchestration.erasure.person_export import export_person
    from orchestration.erasure.request import ErasureRequest
    from orchestration.settings.workspace import Workspace
    from semantic_layer.rendering import FittedTable

    request = ErasureRequest(tuple(email or ()), tuple(phone or ()), tuple(contact or ()))
    if not (request.emails or request.phones or request.contacts):
        raise SettingsInvalid("Expected a person, found none: add --email, --phone or --contact.")
    workspace = Workspace.open(config=config, home=home, inbox=inbox)
    found = export_person(workspace.settings, workspace.home, request)
    if not found.rows:
        console.out.print("No row of the person has landed.")
    else:
        table = FittedTable("Rows of the person", borders=True)
        table.add_column("Stream")
        table.add_column("Rows", justify="right")
        for stream, rows in sorted(found.rows.items()):
            table.add_row(stream, f"{len(rows):,}")
        console.out.print(table)
    if export is not None:
        written = found.write(export)
        console.out.print(
            f"Wrote {len(written)} file(s) to {console.plain(str(export))}: personal data in clear, "
            "readable by you alone. Delete them once they are sent.",
            soft_wrap=True,
        )
