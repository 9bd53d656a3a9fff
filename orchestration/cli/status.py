"""One screen that says what is fresh, what failed, why, and what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from orchestration.cli.console import out, plain
from orchestration.cli.options import (
    DEFAULT_CONFIG,
    DEFAULT_HOME,
    ConfigOption,
    Format,
    FormatOption,
    HomeOption,
    Panel,
)
from orchestration.core.errors import ReleaseCorrupt, SourceError
from semantic_layer.rendering import narrow_table

LAST_REFRESHES = 5

PANEL = Panel.ENGINEERS


def status(
    explain: Annotated[
        bool, typer.Option("--explain", help="Show every check of the last failed refresh.")
    ] = False,
    output: FormatOption = Format.table,
    config: ConfigOption = DEFAULT_CONFIG,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """What is fresh, what failed, why, and what to do next."""
    facts = gather(config=config, home=home)
    if output is Format.json:
        typer.echo(json.dumps(facts, indent=2, default=str))
        return
    _show_release(facts)
    _show_sources(facts["sources"])
    _show_refreshes(facts["refreshes"])
    if explain:
        _show_failed_checks(home, facts["refreshes"])
    out.print("\n[bold]What to do[/bold]")
    for advice in facts["advice"]:
        out.print(f"  • {plain(advice)}")


def gather(*, config: Path, home: Path) -> dict[str, Any]:
    """The facts behind the screen: release, sources, refreshes, advice. Times are UTC, ISO 8601."""
    from orchestration import ingestion, publication, quality
    from orchestration.ingestion.ledger.business_times import latest_by_stream
    from orchestration.ingestion.ledger.loads import active_loads
    from orchestration.ingestion.ledger.quarantined_loads import quarantined_loads
    from orchestration.ingestion.ledger.rejected_files import open_rejected_files
    from orchestration.ingestion.ledger.runs import recent_refreshes
    from orchestration.ingestion.ledger.waivers import open_waivers
    from orchestration.publication.layout import Layout
    from orchestration.settings import Home

    place = Home.at(home)
    try:
        release, damage = publication.current_release(Layout(place.root)), ""
    except ReleaseCorrupt as error:
        release, damage = None, str(error)
    running = publication.lock_holder(place)
    if not place.ledger.exists():
        return {
            "release": None,
            "damage": damage,
            "running": running,
            "sources": [],
            "refreshes": [],
            "advice": ["Nothing has been landed here yet: `embudo demo`, or `embudo init`."],
        }
    open_rows = ingestion.quarantine.count_open(place)
    with ingestion.Ledger(place.ledger) as ledger:
        loads = [load for load, _ in active_loads(ledger)]
        refreshes = recent_refreshes(ledger, limit=LAST_REFRESHES)
        aside = open_rejected_files(ledger)
        loads_aside = quarantined_loads(ledger)
        waivers = open_waivers(ledger)
        newest = latest_by_stream(ledger)
    sources: dict[tuple[str, str], dict[str, Any]] = {}
    for load in loads:
        entry = sources.setdefault(
            (load.source, load.stream), {"loads": 0, "rows_landed": 0, "last_load": load.landed_at}
        )
        entry["loads"] += 1
        entry["rows_landed"] += load.rows_landed
        # Loads come in the order they landed.
        entry |= {"last_load": load.landed_at, "rows_of_last_load": load.rows_landed}
    facts: dict[str, Any] = {
        "release": {
            "release_id": release.release_id,
            "published_at": release.published_at.isoformat(),
            "as_of": release.as_of.isoformat(),
            "verdict": release.verdict,
            "accepted": dict(release.accepted),
            "data_docs": str(place.release(release.release_id) / quality.DATA_DOCS_FILE),
        }
        if release
        else None,
        "damage": damage,
        "running": running,
        "sources": [
            {
                "source": source,
                "stream": stream,
                **entry,
                "newest_data": newest.get((source, stream)),
                "rows_quarantined": open_rows.get((source, stream), 0),
            }
            for (source, stream), entry in sorted(sources.items())
        ],
        "refreshes": [
            {
                "run_id": run.run_id,
                "started_at": run.started_at.isoformat(),
                "verdict": run.verdict or _unended(run.run_id, running),
                "release_id": run.release_id,
                "error": run.error,
                **run.detail,
            }
            for run in refreshes
        ],
        "set_aside": [vars(item) for item in aside],
        "quarantined_loads": [vars(item) for item in loads_aside],
        "waivers": [{"check": one.check, "signed": one.text} for one in waivers],
    }
    facts["advice"] = _advice(facts, config=config, home=home)
    return facts


def _advice(facts: dict[str, Any], *, config: Path, home: Path) -> list[str]:
    from orchestration.refresh.workspace import Workspace

    advice = []
    if facts["damage"]:
        advice.append(f"{facts['damage']} `embudo doctor` looks at everything.")
    last = facts["refreshes"][0] if facts["refreshes"] else None
    if last and last["verdict"] == "killed":
        advice.append("The last refresh was killed: `embudo refresh` clears up and begins again.")
    elif last and last["error"]:
        first = last["error"].splitlines()[0]
        advice.append(
            f"The last refresh failed: {first} See `embudo status --explain`; readers still get the "
            "current release."
        )
    quarantined = sum(source["rows_quarantined"] for source in facts["sources"])
    if quarantined:
        advice.append(
            f"{quarantined:,} row(s) are in quarantine: `embudo quarantine` lists them, "
            "`embudo quarantine --export FOLDER` writes them out to be mended."
        )
    for item in facts.get("set_aside", []):
        advice.append(
            f"{item['source']} {item['stream']}: {item['file']} was set aside: {item['reason']}"
        )
    for item in facts.get("quarantined_loads", []):
        check = f"{item['check']} on {item['source']}.{item['stream']}"
        advice.append(
            f"Load {item['load_id']} of {item['source']} {item['stream']} ({item['rows_landed']:,} rows) is "
            f"set aside: {item['reason']}. Drop the mended file, or take it in as it is: "
            f'embudo waive "{check}" --reason "…"'
        )
    for one in facts.get("waivers", []):
        advice.append(f"The next refresh lets {one['check']} through ({one['signed']}).")
    if config.exists():
        workspace = Workspace.open(config=config, home=home, inbox=None)
        try:
            pending = workspace.pending()
        except SourceError as error:  # what has been read is to be seen all the same
            advice.append(f"No new file can be seen: {error}")
        else:
            if pending:
                advice.append(f"{len(pending)} new file(s) wait in the inbox: `embudo refresh`.")
        silent = timedelta(days=workspace.settings.limits.silent_days)
        quiet = [
            f"{entry['source']} {entry['stream']} ({_ago(entry['last_load'])})"
            for entry in facts["sources"]
            if _age(entry["last_load"]) > silent
        ]
        if quiet:
            advice.append(f"Quiet for more than {silent.days} days: {', '.join(quiet)}.")
    if facts["release"] is None and not facts["damage"]:
        advice.append("There is no release yet: `embudo refresh`.")
    return advice or ["Nothing: all is well."]


def _unended(run_id: str, running: Mapping[str, str] | None) -> str:
    """What to call a run that has not said how it ended."""
    return "running" if running and running.get("run_id") == run_id else "killed"


def _show_release(facts: dict[str, Any]) -> None:
    if (running := facts["running"]) is not None:
        out.print(
            f"[yellow]A refresh is running[/yellow]: run {running.get('run_id', 'unknown')}, pid "
            f"{running.get('pid', 'unknown')}, since {_ago(running['since'])}."
            if "since" in running
            else "[yellow]A refresh is running.[/yellow]"
        )
    release = facts["release"]
    if release is None:
        said = "The current release is damaged." if facts["damage"] else "No release yet."
        out.print(f"[{'red' if facts['damage'] else 'yellow'}]{said}[/]")
        return
    as_of = release["as_of"][:16].replace("T", " ")
    out.print(
        f"Current release [bold]{release['release_id']}[/bold], data as of {as_of} UTC, "
        f"verdict [bold]{release['verdict']}[/bold], published {_ago(release['published_at'])}."
    )
    for check, why in release["accepted"].items():
        out.print(f"Accepted by hand: {check} ({why})", markup=False)
    out.print(f"Its Data Docs: {release['data_docs']}", markup=False, soft_wrap=True)


def _show_sources(sources: list[dict[str, Any]]) -> None:
    table = narrow_table("Sources")
    table.add_column("Stream", no_wrap=True)
    for column in ("Rows", "In quarantine", "Last load", "Newest data"):
        table.add_column(column, justify="right", no_wrap=True)
    for entry in sources:
        quarantined = entry["rows_quarantined"]
        table.add_row(
            f"{entry['source']}.{entry['stream']}",
            f"{entry['rows_landed']:,}",
            f"[yellow]{quarantined:,}[/yellow]" if quarantined else "0",
            _age_of(entry["last_load"]),
            _age_of(entry["newest_data"]) if entry["newest_data"] else "no dates",
        )
    out.print(table)


def _show_refreshes(refreshes: list[dict[str, Any]]) -> None:
    table = narrow_table(f"Last {LAST_REFRESHES} refreshes")
    for column in ("Run", "Started", "Verdict"):
        table.add_column(column, no_wrap=True)
    for column in ("Why it ran", "Failed checks"):
        table.add_column(column, overflow="fold")
    table.add_column("Seconds", justify="right")
    for run in refreshes:
        colour = {"pass": "green", "warn": "yellow", "running": "yellow"}.get(run["verdict"], "red")
        table.add_row(
            run["run_id"],
            _ago(run["started_at"]),
            f"[{colour}]{run['verdict']}[/{colour}]",
            ", ".join(run.get("reasons", [])),
            ", ".join(run.get("failed_checks", [])[:3]),
            f"{run['seconds']:.1f}" if "seconds" in run else "",
        )
    out.print(table)


def _show_failed_checks(home: Path, refreshes: list[dict[str, Any]]) -> None:
    from orchestration import quality
    from orchestration.settings import Home

    for run in refreshes:
        if not run["error"]:
            continue
        candidate = Home.at(home).candidate(run["run_id"])
        report = quality.read_gate(candidate)
        out.print(f"\n[bold]Run {run['run_id']}[/bold]")
        told = quality.explain(report) if report else run["error"]
        out.print(told, markup=False, soft_wrap=True)
        if report and any(check.failed_keys for check in report.checks):
            keys = candidate / quality.FAILED_KEYS_FILE
            out.print(f"Keys of all failing rows: {keys}", markup=False, soft_wrap=True)
        if report:
            page = candidate / quality.DATA_DOCS_FILE
            out.print(f"Its Data Docs: {page}", markup=False, soft_wrap=True)
        return
    out.print("\nNone of the last refreshes failed.")


def _age(moment: datetime) -> timedelta:
    return datetime.now(UTC) - (moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _age_of(moment: datetime | str) -> str:
    return _ago(moment).removesuffix(" ago")


def _ago(moment: datetime | str) -> str:
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    minutes = int(_age(moment).total_seconds() // 60)
    if minutes < -1:
        return "in the future"
    if minutes < 1:
        return "just now"
    if minutes < 120:
        return f"{minutes} min ago"
    hours = minutes // 60
    return f"{hours} h ago" if hours < 48 else f"{hours // 24} days ago"
