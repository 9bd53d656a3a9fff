"""`embudo demo`: a made-up company from its exports to its metrics."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli import console, options
from orchestration.cli.init import create_privacy_key
from orchestration.cli.refresh import run_refresh

PANEL = options.Panel.START

DEMO_METRICS = (
    "revenue",
    "orders",
    "average_order_value",
    "gross_margin_rate",
    "win_rate",
    "pipeline_value",
    "sales_cycle_days",
    "leads_created",
    "lead_response_hours",
    "answer_rate",
    "average_speed_of_answer",
    "open_rate",
    "customer_acquisition_cost",
    "customer_retention_rate",
    "quota_attainment",
)


def demo(
    home: options.HomeOption = options.DEFAULT_HOME,
    scale: Annotated[
        float, typer.Option(help="1 is 40 reps, 20,000 contacts, 25,000 orders, 150,000 calls.")
    ] = 0.2,
    seed: Annotated[int, typer.Option(help="Another seed gives another company.")] = 7,
    months: Annotated[int, typer.Option(help="Months of history.", min=3)] = 24,
) -> None:
    """Generate a made-up company, refresh its warehouse and show its key metrics.

    The company's exports land in HOME/demo; its embudo.yml is an example of how files are mapped.
    """
    import sandbox

    folder = home / "demo"
    config = folder / "embudo.yml"
    if config.exists():
        console.err.print(
            f"The made-up company is in {folder} already; its files stay as they are."
        )
    else:
        console.err.print(
            f"Generating a company of scale {scale:g}, {months} months, in {folder} …"
        )
        sandbox.generate(folder, seed=seed, scale=scale, months=months)
    create_privacy_key(config=config, home=home)
    run_refresh(config=config, home=home, inbox=None)
    _print_key_metrics(home)
    console.out.print("\nTry next:")
    for command, purpose in (
        ("embudo query revenue --grain month", "one metric over time"),
        ("embudo query win_rate,won_value --by rep__team", "two metrics by a dimension"),
        ("embudo query calls,answer_rate --by rep__region --where \"metric_time >= '2026-01-01'\"",
         "with a filter"),
        ("embudo metrics", "all metrics"),
        ("embudo scorecard manager", "against targets, benchmarks and a year ago"),
        ("embudo alerts", "what needs attention"),
        ("embudo status", "what is fresh, what failed, what to do"),
        ("embudo quarantine", "rows that break their contract"),
        (f"embudo ui --config {config}", "the same refresh in Dagster, with lineage and checks"),
    ):  # fmt: skip
        console.out.print(f"  [bold]{command}[/bold]   [dim]{purpose}[/dim]", soft_wrap=True)


def _print_key_metrics(home: Path) -> None:
    """Key metrics of the current release, each with its description."""
    from orchestration.operations.layer_selection import released_layer
    from semantic_layer import rendering
    from semantic_layer.rendering import FittedTable
    from semantic_layer.request import QueryRequest

    layer = released_layer(home)
    known = {metric.name: metric for metric in layer.metrics()}
    table = FittedTable("Key metrics, all history", borders=True)
    for column, justify in (("Metric", "left"), ("Value", "right"), ("Description", "left")):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    for name in DEMO_METRICS:
        if name not in known:
            continue
        result = layer.query(QueryRequest(metrics=(name,)))
        value = result.table.column(name)[0].as_py() if result.table.num_rows else None
        text = rendering.text(value, result.columns[-1], currency=result.currency)
        table.add_row(known[name].label, text, known[name].description)
    console.out.print(table)
