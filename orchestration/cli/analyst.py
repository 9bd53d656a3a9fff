"""The analyst's loop: `query`, `metrics`, `validate`; `diff` and `lint-metrics` stand in files of their own."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.console import (
    DEFAULT_CONFIG,
    DEFAULT_HOME,
    ConfigOption,
    HomeOption,
    err,
    out,
)
from orchestration.core.errors import QueryInvalid, ReleaseCorrupt

if TYPE_CHECKING:
    from semantic_layer.layer import SemanticLayer


class Format(StrEnum):
    """How an answer is printed."""

    table = "table"
    csv = "csv"
    json = "json"


class Language(StrEnum):
    """The language of labels."""

    en = "en"
    es = "es"


FormatOption = Annotated[
    Format, typer.Option("--format", help="json and csv print nothing else on stdout.")
]
LanguageOption = Annotated[Language, typer.Option("--lang", help="Language of labels.")]


def query(
    metrics: Annotated[str, typer.Argument(help="Metrics, separated by commas.")] = "",
    saved: Annotated[
        str,
        typer.Option(
            "--saved",
            help="A saved query, as rep_scorecard; --where, --order and --limit narrow it.",
        ),
    ] = "",
    by: Annotated[
        str, typer.Option("--by", help="Dimensions, as rep__team,product__category.")
    ] = "",
    grain: Annotated[
        str | None, typer.Option("--grain", help="day, week, month, quarter or year.")
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", help="A filter in SQL; say it again for more."),
    ] = None,
    order: Annotated[
        str, typer.Option("--order", help="Columns to sort by; -revenue sorts downwards.")
    ] = "",
    limit: Annotated[int | None, typer.Option("--limit", min=0, help="Rows at most.")] = None,
    release: Annotated[
        str | None, typer.Option("--release", help="An older release (see `embudo releases`).")
    ] = None,
    draft: Annotated[
        bool,
        typer.Option(
            "--draft", help="The definitions of the working tree, on the current release's tables."
        ),
    ] = False,
    show_sql: Annotated[
        bool, typer.Option("--sql", help="Print the SQL and do not run it.")
    ] = False,
    output: FormatOption = Format.table,
    lang: LanguageOption = Language.en,
    config: ConfigOption = DEFAULT_CONFIG,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Ask for metrics by dimensions.

    Examples:

    `embudo query revenue --grain month`

    `embudo query win_rate,won_value --by rep__team --order -won_value`

    `embudo query calls --by rep__region --where "metric_time >= '2026-01-01'" --format csv`

    `embudo query --saved rep_scorecard --where "metric_time >= '2026-06-01'"`
    """
    from semantic_layer import rendering
    from semantic_layer.request import QueryRequest

    if saved:
        if metrics or by or grain:
            raise QueryInvalid(
                f"`--saved {saved}` has its own metrics, dimensions and grain; only --where, --order and "
                "--limit go with it."
            )
        layer = layer_for((), home=home, config=config, release=release, draft=draft)
        request = layer.saved_query(saved).request.narrowed(
            where=where or (), order=order, limit=limit
        )
    else:
        request = QueryRequest.from_text(
            metrics, by=by, grain=grain, where=where or (), order=order, limit=limit
        )
        layer = layer_for(request.metrics, home=home, config=config, release=release, draft=draft)
    if show_sql:
        typer.echo(layer.explain(request))
        return
    result = layer.query(request)
    if output is Format.json:
        typer.echo(rendering.to_json(result, lang=lang.value))
    elif output is Format.csv:
        typer.echo(rendering.to_csv(result), nl=False)
        if result.trust.accepted:
            err.print(rendering.trust_line(result.trust, lang=lang.value), markup=False)
    else:
        out.print(rendering.to_table(result, lang=lang.value))


def metrics(
    name: Annotated[str | None, typer.Argument(help="One metric, to see it whole.")] = None,
    family: Annotated[str | None, typer.Option("--family", help="Only this family.")] = None,
    release: Annotated[str | None, typer.Option("--release", help="An older release.")] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="As the working tree defines them.")
    ] = False,
    output: FormatOption = Format.table,
    lang: LanguageOption = Language.en,
    config: ConfigOption = DEFAULT_CONFIG,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """List the metrics, or show one whole: formula, inputs, dimensions, cadence, owner, lineage, SQL."""
    from semantic_layer import metric_cards

    wanted = (name,) if name else ()
    layer = layer_for(wanted, home=home, config=config, release=release, draft=draft)
    if name:
        card = layer.metric(name)
        if output is Format.json:
            typer.echo(metric_cards.card_json(card))
        else:
            out.print(metric_cards.card(card, lang=lang.value))
        return
    chosen = [m for m in layer.metrics() if family in (None, m.family)]
    if output is Format.json:
        typer.echo(metric_cards.metrics_json(chosen))
    else:
        out.print(metric_cards.metrics_table(chosen, lang=lang.value, width=out.width))


def validate(
    config: ConfigOption = DEFAULT_CONFIG,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Check what you edited, in seconds and without touching a release.

    Settings load, dbt parses, the semantic models hold together, every metric compiles to SQL, and, where
    there is a release, that SQL is planned against its tables. Then try `embudo query METRIC --draft`.
    """
    from orchestration.operations.validate import validate_project

    checked = validate_project(config=config if config.exists() else None, home=home)
    for line in checked.passed:
        out.print(f"  [green]✓[/green] {line}")
    for line in checked.pending:
        out.print(f"  [yellow]•[/yellow] {line}")
    if checked.changed:
        out.print("\nChanged since the current release: " + ", ".join(checked.changed))
        out.print(f"Try: [bold]embudo query {checked.changed[0]} --draft[/bold]")


def open_layer(home: Path, release: str | None = None) -> SemanticLayer:
    """The semantic layer of a release; raises `ReleaseCorrupt` where there is none."""
    from orchestration import publication
    from orchestration.publication.layout import Layout
    from semantic_layer.layer import SemanticLayer

    directory = publication.release_directory(Layout(home), release)
    try:
        return SemanticLayer.open(directory)
    except ReleaseCorrupt:
        # With one release kept, a refresh may publish and prune between the look and the opening.
        now = publication.release_directory(Layout(home), release)
        if now == directory:
            raise
        return SemanticLayer.open(now)


def layer_for(
    wanted: tuple[str, ...], *, home: Path, config: Path, release: str | None, draft: bool
) -> SemanticLayer:
    """The release's layer; the working tree's where asked for, or where only it knows a metric."""
    from orchestration.refresh.workspace import Workspace

    if draft:
        return Workspace.open(config=config, home=home, inbox=None).draft_layer()
    layer = open_layer(home, release)
    known = {metric.name for metric in layer.metrics()}
    missing = [name for name in wanted if name not in known]
    if missing and release is None and config.exists():
        workspace = Workspace.open(config=config, home=home, inbox=None)
        released = workspace.released_state()
        if released is not None and released.models == workspace.state.models:
            return layer  # nobody has edited a definition: the name is mistyped
        tree = workspace.draft_layer()
        defined = {metric.name for metric in tree.metrics()}
        if all(name in defined for name in missing):
            err.print(
                f"[yellow]{', '.join(missing)} is not in the current release: this is the working "
                "tree's definition on its tables.[/yellow]"
            )
            return tree
    return layer
