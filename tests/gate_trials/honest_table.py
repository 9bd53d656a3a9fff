"""What the gate makes of honest changes, as text: nothing may stop, and warnings are few."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.gate_trials.trial import Trial

Row = tuple[str, int, Trial]
"""A change, the company's seed, and its trial."""


def is_quiet(trials: Sequence[Trial]) -> bool:
    """Whether none was stopped, and there was at most one warning per refresh on average."""
    stopped = [one for one in trials if one.error or any(alarm.stops for alarm in one.alarms)]
    return not stopped and sum(len(one.alarms) for one in trials) <= len(trials)


def honest_line(change: str, company: int, trial: Trial) -> str:
    """One trial: its alarms, those that stop first."""
    alarms = sorted(trial.alarms, key=lambda alarm: not alarm.stops)
    alarms = "; ".join(
        f"{'STOPS' if alarm.stops else 'warns'} {alarm.title}: {alarm.observed}" for alarm in alarms
    )
    return f"{change:16} {company:4} {trial.error or alarms or 'nothing'}"


def honest_summary(rows: Sequence[Row]) -> str:
    """How many were stopped, and how many warnings there were."""
    stopped = [row for row in rows if row[2].error or any(alarm.stops for alarm in row[2].alarms)]
    warnings = sum(not alarm.stops for *_, trial in rows for alarm in trial.alarms)
    return (
        f"{len(rows)} honest changes: {len(stopped)} stopped, {warnings} warnings "
        f"({warnings / max(len(rows), 1):.2f} per refresh)."
    )


def write_honest(rows: Sequence[Row], folder: Path) -> Path:
    """Write the lines and the summary as Markdown; the file."""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "gate_trials_honest.md"
    lines = [f"- {honest_line(*row)}" for row in rows]
    page.write_text("\n".join([honest_summary(rows), "", *lines, ""]), encoding="utf-8")
    return page
