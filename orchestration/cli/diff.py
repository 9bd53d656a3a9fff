"""`embudo diff`: which figures move, where, by how much, and why. Its table is in `diff_table`."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli import console, options
from orchestration.core.errors import QueryInvalid

if TYPE_CHECKING:
    from orchestration.operations.diff import Difference
    from semantic_layer.comparison import Move

PANEL = options.Panel.ANALYSTS

_Older = Annotated[
    str | None, typer.Argument(metavar="[R1]", help="A release. Default: the current one.")
]
_Newer = Annotated[
    str | None, typer.Argument(metavar="[R2]", help="A later release. Default: the current one.")
]
_Rebuild = Annotated[
    bool,
    typer.Option(
        "--rebuild", help="First build edited models and seeds in a scratch copy of the release."
    ),
]
_Metric = Annotated[
    list[str] | None, typer.Option("--metric", help="Only this metric; can be repeated.")
]
_Since = Annotated[
    datetime | None,
    typer.Option("--since", formats=["%Y-%m-%d", "%Y-%m"], help="Only months from this one on."),
]
_By = Annotated[str, typer.Option("--by", help="A dimension to split by, e.g. rep__team.")]


def diff(
    old: _Older = None,
    new: _Newer = None,
    rebuild: _Rebuild = False,
    metric: _Metric = None,
    since: _Since = None,
    by: _By = "",
    output: options.FormatOption = options.Format.table,
    lang: options.LanguageOption = options.Language.en,
    config: options.ConfigOption = options.DEFAULT_CONFIG,
    home: options.HomeOption = options.DEFAULT_HOME,
) -> None:
    """Show which figures move between two releases, or between the current release and your edits.

    Without a release: the working tree's metric definitions on the current release's tables, which takes
    seconds. With `--rebuild`, edited models and seeds and everything that reads them are built in a scratch copy
    too; nothing is published and no refresh has to wait. Figures are compared by month.

    Examples:

    `embudo diff`

    `embudo diff --rebuild --metric weighted_pipeline_value --by rep__team`

    `embudo diff 20260630T050000Z-1a2b3c4d --since 2026-01`
    """
    from orchestration.operations.diff import Selection, between_releases, of_working_tree
    from orchestration.settings import Home
    from orchestration.settings.workspace import Workspace
    from orchestration.transformation.project import Project

    selection = Selection(metrics=tuple(metric or ()), since=since.date() if since else None, by=by)
    if old is not None:
        if rebuild:
            raise QueryInvalid(
                "`--rebuild` builds the working tree's edits, so it takes no release; leave one of the two out."
            )
        difference = between_releases(Home.at(home), old, new, selection)
    else:
        workspace = Workspace.open(config=config, home=home, inbox=None)
        with console.StepReporter() as report:
            difference = of_working_tree(
                Project(workspace), selection, rebuild=rebuild, report=report
            )
    if output is options.Format.json:
        typer.echo(_as_json(difference))
    elif output is options.Format.csv:
        typer.echo(_as_csv(difference), nl=False)
    else:
        from orchestration.cli.diff_table import print_difference

        print_difference(difference, lang, all_months=bool(metric))


def _as_json(difference: Difference) -> str:
    from semantic_layer.rendering import warning_dict

    metrics = difference.metrics
    payload = {
        "old": difference.old,
        "new": difference.new,
        "nothing_moves": difference.is_empty,
        "built": difference.built,
        "unbuilt": difference.unbuilt,
        "definitions": [vars(change) for change in metrics.definitions],
        "tables": [vars(change) for change in difference.tables],
        "moves": [_row(move) for move in metrics.moves],
        "not_compared": dict(metrics.failures),
        "warnings": {
            release: [warning_dict(warning) for warning in warnings]
            for release, warnings in difference.warnings.items()
        },
    }
    return json.dumps(payload, ensure_ascii=False, allow_nan=False, indent=2, default=str)


def _as_csv(difference: Difference) -> str:
    from semantic_layer.rendering import csv_cell

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("metric", "period_start", "key", "old", "new", "difference", "share"))
    for move in difference.metrics.moves:
        writer.writerow([csv_cell(value) for value in _row(move).values()])
    return text.getvalue()


def _row(move: Move) -> dict[str, object]:
    return {
        "metric": move.metric,
        "period_start": move.period_start,
        "key": move.key,
        "old": move.old,
        "new": move.new,
        "difference": move.difference,
        "share": move.share,
    }
