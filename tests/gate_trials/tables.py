"""The table of trials as Markdown and CSV, and its summary."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from tests.gate_trials.judgement import Judged

_SHOWN = 3
COLUMNS = (
    "damage", "family", "stream", "columns", "dates", "size", "rows", "expected", "outcome", "named", "checks",
    "observed", "seconds",
)  # fmt: skip


def fields(one: Judged) -> dict[str, str]:
    """A row of the table."""
    damage = one.trial.damage
    alarms = [*one.named, *(alarm for alarm in one.alarms if alarm not in one.named)][:_SHOWN]
    more = len(one.alarms) - len(alarms)
    checks = [f"{alarm.title}{'' if alarm.stops else ' (warns)'}" for alarm in alarms]
    return {
        "damage": one.kind.name,
        "family": one.kind.family,
        "stream": ", ".join(damage.streams),
        "columns": ", ".join(damage.columns[:4]),
        "dates": " to ".join(f"{day:%Y-%m-%d}" for day in damage.dates),
        "size": f"{one.trial.size:.2f}",
        "rows": f"{damage.rows}",
        "expected": one.kind.expected,
        "outcome": one.outcome,
        "named": "yes" if one.is_caught else "no" if one.alarms else "",
        "checks": "; ".join([*checks, *([f"and {more} more"] if more else [])]),
        "observed": one.trial.error or "; ".join(alarm.observed for alarm in alarms[:1]),
        "seconds": f"{one.trial.seconds:.0f}",
    }


def summary(judged: Sequence[Judged]) -> str:
    """How many were caught by a check that names the stream, how many stopped, and which were not seen."""
    count = len(judged)
    caught = sum(one.is_caught for one in judged)
    stopped = sum(one.outcome == "stopped" for one in judged)
    due = [one for one in judged if one.kind.expected == "stops"]
    passed_on = [one.kind.name for one in due if one.outcome != "stopped"]
    lines = [
        f"{count} trials: {caught} ({_percent(caught, count)}) caught by a check that names the stream, "
        f"{stopped} ({_percent(stopped, count)}) stopped.",
        f"Of {len(due)} that have to stop, {len(due) - len(passed_on)} stopped.",
        f"Silent: {_names(judged, 'silent')}.",
        f"Warned of, though they have to stop: "
        f"{', '.join(one.kind.name for one in due if one.outcome == 'warned') or 'none'}.",
        f"Seen by checks that do not name the stream: "
        f"{', '.join(one.kind.name for one in judged if one.alarms and not one.is_caught) or 'none'}.",
    ]
    errors = _names(judged, "error")
    return "\n".join([*lines, *([] if errors == "none" else [f"Ended in an error: {errors}."])])


def markdown(judged: Sequence[Judged]) -> str:
    """The table and its summary."""
    names = [name for name in COLUMNS if name not in ("family", "columns", "seconds")]
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    for one in judged:
        row = fields(one)
        row["stream"] += f" {row['columns']}" if row["columns"] else ""
        lines.append(f"| {' | '.join(_cell(row[name]) for name in names)} |")
    return "\n".join([summary(judged), "", *lines, ""])


def write(judged: Sequence[Judged], folder: Path, *, name: str = "gate_trials") -> Path:
    """Write the table as Markdown and CSV; the Markdown file."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(fields(one) for one in judged)
    page = folder / f"{name}.md"
    page.write_text(markdown(judged), encoding="utf-8")
    return page


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "0 %"


def _names(judged: Sequence[Judged], outcome: str) -> str:
    return ", ".join(one.kind.name for one in judged if one.outcome == outcome) or "none"


def _cell(text: str) -> str:
    short = text if len(text) <= 220 else f"{text[:219]}…"
    return short.replace("|", "\\|").replace("\n", " ")
