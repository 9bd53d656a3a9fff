"""`embudo query`: metrics by dimensions, and the selection of the layer that answers them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli import console, options
from orchestration.core.errors import QueryInvalid

if TYPE_CHECKING:
    from semantic_layer.layer import SemanticLayer
    from semantic_layer.results import QueryResult

PANEL = options.Panel.ANALYSTS

_Metrics = Annotated[str, typer.Argument(help="Metrics, separated by commas.")]
_Saved = Annotated[
    str,
    typer.Option(
        "--saved",
        help="A saved query, e.g. rep_scorecard; --where, --order and --limit narrow it.",
    ),
]
_By = Annotated[str, typer.Option("--by", help="Dimensions, e.g. rep__team,product__category.")]
_Grain = Annotated[
    str | None, typer.Option("--grain", help="hour, day, week, month, quarter or year.")
]
_Where = Annotated[
    list[str] | None, typer.Option("--where", help="A filter in SQL; can be repeated.")
]
_Order = Annotated[
    str, typer.Option("--order", help="Columns to sort by; -revenue sorts descending.")
]
_Limit = Annotated[int | None, typer.Option("--limit", min=0, help="Maximum number of rows.")]
_Sql = Annotated[bool, typer.Option("--sql", help="Print the SQL without running it.")]


def query(
    metrics: _Metrics = "",
    saved: _Saved = "",
    by: _By = "",
    grain: _Grain = None,
    where: _Where = None,
    order: _Order = "",
    limit: _Limit = None,
    release: options.ReleaseOption = None,
    draft: options.DraftOption = False,
    show_sql: _Sql = False,
    output: options.FormatOption = options.Format.table,
    lang: options.LanguageOption = options.Language.en,
    config: options.ConfigOption = options.DEFAULT_CONFIG,
    home: options.HomeOption = options.DEFAULT_HOME,
) -> None:
    """Query metrics by dimensions.

    Examples:

    `embudo query revenue --grain month`

    `embudo query win_rate,won_value --by rep__team --order -won_value`

    `embudo query calls --by rep__region --where "metric_time >= '2026-01-01'" --format csv`

    `embudo query --saved rep_scorecard --where "metric_time >= '2026-06-01'"`
    """
    from semantic_layer.request import QueryRequest

    if saved:
        if metrics or by or grain:
            raise QueryInvalid(
                f"`--saved {saved}` has its own metrics, dimensions and grain; it can be combined with "
                "--where, --order and --limit only."
            )
        layer = layer_for((), home=home, config=config, release=release, draft=draft)
        request = layer.catalogue.saved_query(saved).request.narrowed(
            where=where or (), order=order, limit=limit
        )
    else:
        request = QueryRequest.from_text(
            metrics, by=by, grain=grain, where=where or (), order=order, limit=limit
        )
        layer = layer_for(request.metrics, home=home, config=config, release=release, draft=draft)
    if show_sql:
        typer.echo(layer.explain(request))
    else:
        _print_result(layer.query(request), output, lang)


def layer_for(
    wanted: tuple[str, ...], *, home: Path, config: Path, release: str | None, draft: bool
) -> SemanticLayer:
    """The layer that `select_layer` chooses; a note on stderr where it is the working tree's unasked."""
    from orchestration.operations.layer_selection import select_layer

    selected = select_layer(wanted, home=home, config=config, release=release, draft=draft)
    if selected.unreleased:
        console.err.print(
            f"[yellow]{', '.join(selected.unreleased)} is not in the current release: this is the working "
            "tree's definition on its tables.[/yellow]"
        )
    return selected.layer


def _print_result(result: QueryResult, output: options.Format, lang: options.Language) -> None:
    from semantic_layer import rendering

    if output is options.Format.json:
        typer.echo(rendering.to_json(result, lang=lang.value))
    elif output is options.Format.csv:
        typer.echo(rendering.to_csv(result), nl=False)
        console.note_doubts(result.trust, lang)
    else:
        console.out.print(rendering.to_table(result, lang=lang.value))
