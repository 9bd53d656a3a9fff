"""Options, and the values they take, that several commands share; and the headings of `embudo --help`.

An option of a single command belongs to its file.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Panel(StrEnum):
    """The headings of `embudo --help`, in their order. A module of this package that has a `PANEL` is a command."""

    START = "Getting started"
    ENGINEERS = "Engineers"
    MANAGERS = "Managers and reps"
    ANALYSTS = "Analysts"


class Format(StrEnum):
    """How an answer is printed."""

    table = "table"
    csv = "csv"
    json = "json"


class Language(StrEnum):
    """The language of labels."""

    en = "en"
    es = "es"


DEFAULT_CONFIG = Path("embudo.yml")
"""Every command takes `--config` and `--home`, so that one line of options fits all of them. Commands that read
no settings call the parameter `_config`."""
DEFAULT_HOME = Path(".embudo")

ConfigOption = Annotated[
    Path,
    typer.Option(
        "--config", envvar="EMBUDO_CONFIG", help="The company's settings.", show_default=True
    ),
]
HomeOption = Annotated[
    Path,
    typer.Option(
        "--home",
        envvar="EMBUDO_HOME",
        help="The folder of landing, releases and Dagster's state.",
        show_default=True,
    ),
]
EmailOption = Annotated[
    list[str] | None, typer.Option("--email", help="An e-mail address; can be repeated.")
]
PhoneOption = Annotated[
    list[str] | None,
    typer.Option("--phone", help="A phone number in any format; can be repeated."),
]
ContactOption = Annotated[
    list[str] | None,
    typer.Option("--contact", help="A contact's key, e.g. crm:C0000123; can be repeated."),
]
InboxOption = Annotated[
    Path | None,
    typer.Option("--inbox", envvar="EMBUDO_INBOX", help="The folder of the files to read."),
]
FormatOption = Annotated[
    Format,
    typer.Option("--format", help="Output format; with json and csv, stdout holds nothing else."),
]
LanguageOption = Annotated[Language, typer.Option("--lang", help="Language of labels.")]
ReleaseOption = Annotated[
    str | None, typer.Option("--release", help="An older release (see `embudo releases`).")
]
DraftOption = Annotated[
    bool,
    typer.Option(
        "--draft", help="Use the working tree's definitions on the current release's tables."
    ),
]
FamilyOption = Annotated[str | None, typer.Option("--family", help="Only metrics of this family.")]
ScopeOption = Annotated[
    str | None,
    typer.Option("--as", help="A rep (name or key), team or region. Default: the whole company."),
]
