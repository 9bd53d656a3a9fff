"""The first commands of a newcomer: `init` and `demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from orchestration.cli.console import (
    DEFAULT_CONFIG,
    DEFAULT_HOME,
    ConfigOption,
    HomeOption,
    err,
    out,
)
from orchestration.core.errors import SettingsInvalid

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


def init(
    config: ConfigOption = DEFAULT_CONFIG,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    key: Annotated[
        bool, typer.Option("--key", help="Only make a privacy key, where there is none.")
    ] = False,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Write a commented embudo.yml, an empty inbox and a privacy key (embudo.env).

    Then map your files in it, and run `embudo refresh --dry-run` to see what would be read.
    """
    from orchestration.settings import commented_settings

    if key:
        if make_privacy_key(config=config, home=home) is None:
            out.print("There is a privacy key already; it stays as it is.")
        return
    if config.exists() and not force:
        raise SettingsInvalid(
            f"{config} exists already; edit it, choose another with --config, or say --force."
        )
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(commented_settings(), encoding="utf-8")
    inbox = config.parent / "inbox"
    inbox.mkdir(exist_ok=True)
    out.print(f"Wrote [bold]{config}[/bold] and the folder [bold]{inbox}[/bold].")
    make_privacy_key(config=config, home=home)
    out.print("Next: put your exports into the folder, map them in the file, then")
    out.print("  embudo refresh --dry-run    # what would be read")
    out.print("  embudo refresh              # read, build, check, release")


def prepare(config: ConfigOption = DEFAULT_CONFIG, home: HomeOption = DEFAULT_HOME) -> None:
    """Parse the models and plan the metrics now, so that the next refresh need not.

    `make setup` does it. It is worth doing where a new version of the project is put in place; without it the
    first refresh does the same, and says nothing of it.
    """
    import sandbox
    from orchestration.cli.console import StepReporter
    from orchestration.refresh.cache_warming import prepare as parse_and_plan
    from orchestration.refresh.workspace import Workspace

    workspace = Workspace.open(
        config=config if config.exists() else sandbox.SETTINGS, home=home, inbox=None
    )
    with StepReporter() as report:
        done = parse_and_plan(workspace, report=report)
    out.print(f"{done.models} models and {done.metrics} metrics are ready in {done.folder}.")


def make_privacy_key(*, config: Path, home: Path) -> Path | None:
    """Make a key where the environment and the company's file have none; returns the file it is in."""
    from orchestration.privacy.hash_key import KEY_VARIABLE, PrivacyKey, new_key
    from orchestration.settings import (
        add_to_environment_file,
        environment_file,
        load_environment_file,
    )

    load_environment_file(config, home)
    if PrivacyKey.from_environment() is not None:
        return None
    target = environment_file(config, home)
    target.parent.mkdir(parents=True, exist_ok=True)
    add_to_environment_file(target, KEY_VARIABLE, new_key())
    out.print(
        f"Wrote a privacy key to [bold]{target}[/bold]: e-mails and phones leave the warehouse hashed with "
        "it. Keep it out of git and apart from the data; back it up like a password.",
        soft_wrap=True,
    )
    return target


def demo(
    home: HomeOption = DEFAULT_HOME,
    scale: Annotated[
        float, typer.Option(help="1 is 40 reps, 20,000 contacts, 25,000 orders, 150,000 calls.")
    ] = 0.2,
    seed: Annotated[int, typer.Option(help="Another seed, another company.")] = 7,
    months: Annotated[int, typer.Option(help="Months of history.", min=3)] = 24,
) -> None:
    """Make a made-up company, refresh its warehouse and show its key metrics.

    The company's exports land in HOME/demo: look at its embudo.yml to see how files are mapped.
    """
    import sandbox
    from orchestration.cli.engineer import run_refresh

    folder = home / "demo"
    config = folder / "embudo.yml"
    if config.exists():
        err.print(f"The made-up company is in {folder} already; its files stay as they are.")
    else:
        err.print(f"Making a company of scale {scale:g}, {months} months, in {folder} …")
        sandbox.generate(folder, seed=seed, scale=scale, months=months)
    make_privacy_key(config=config, home=home)
    run_refresh(config=config, home=home, inbox=None)
    show_key_metrics(home)
    out.print("\nTry next:")
    for command, what in (
        ("embudo query revenue --grain month", "one metric over time"),
        ("embudo query win_rate,won_value --by rep__team", "two metrics by a dimension"),
        ("embudo query calls,answer_rate --by rep__region --where \"metric_time >= '2026-01-01'\"",
         "with a filter"),
        ("embudo metrics", "the whole catalogue"),
        ("embudo scorecard manager", "against targets, benchmarks and a year ago"),
        ("embudo alerts", "what needs a look"),
        ("embudo status", "what is fresh, what failed, what to do"),
        ("embudo quarantine", "the rows that broke their contract"),
        (f"embudo ui --config {config}", "the same refresh in Dagster, with lineage and checks"),
    ):  # fmt: skip
        out.print(f"  [bold]{command}[/bold]   [dim]{what}[/dim]", soft_wrap=True)


def show_key_metrics(home: Path) -> None:
    """A table of key metrics of the current release, with what each means."""
    from orchestration.cli.analyst import open_layer
    from semantic_layer import rendering
    from semantic_layer.request import QueryRequest

    layer = open_layer(home)
    known = {metric.name: metric for metric in layer.metrics()}
    table = Table(title="Key metrics, all history", title_justify="left")
    for column, justify in (("Metric", "left"), ("Value", "right"), ("What it means", "left")):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    for name in DEMO_METRICS:
        if name not in known:
            continue
        result = layer.query(QueryRequest(metrics=(name,)))
        value = result.table.column(name)[0].as_py() if result.table.num_rows else None
        shown = rendering.text(value, result.columns[-1], currency=result.currency)
        table.add_row(known[name].label, shown, known[name].description)
    out.print(table)
