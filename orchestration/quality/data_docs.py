"""Data Docs: one page that shows what was expected of a candidate and what was found.

A file of its own beside the databases, with no script and nothing that it loads from another place, so
that it opens anywhere, offline. It shows counts, never a row and never a key. Great Expectations' own
pages load from ten hosts styles and scripts (ADR 13).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from orchestration.core.records import CheckResult, GateReport

DATA_DOCS_FILE = "data_docs.html"

_GATES: Mapping[int, tuple[str, str]] = {
    1: ("Gate 1: loads", "What was landed, compared with its contract and its stream's history."),
    2: ("Gate 2: dbt tests", "Keys, relationships and rules of the models, tested by dbt."),
    3: (
        "Gate 3: marts and metrics",
        "What Great Expectations found in each mart; marts against landing; values against their history.",
    ),
}

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Data Docs of {run}</title>
<style>
:root {{ color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }}
body {{ max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; width: 100%; margin: .3rem 0 1rem; }}
th, td {{ text-align: left; vertical-align: top; padding: .2rem .6rem; border-bottom: 1px solid #8884; }}
td.check {{ font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }}
td.count {{ text-align: right; font-variant-numeric: tabular-nums; }}
summary {{ cursor: pointer; padding: .2rem 0; }}
.pass {{ color: #1a7f37; }} .warn {{ color: #9a6700; }} .fail {{ color: #cf222e; font-weight: 600; }}
.note {{ opacity: .75; }}
</style></head><body>
<h1>Data Docs</h1>
<p>Run <b>{run}</b>: verdict <b class="{verdict}">{verdict}</b>. {total} checks:
{passed} passed, {warned} warned, {failed} failed.</p>
{parts}
</body></html>
"""


def write_data_docs(directory: Path, report: GateReport) -> Path:
    """Write the page of a report into a candidate; it stays with the release."""
    counted = {outcome: sum(c.outcome == outcome for c in report.checks) for outcome in _ORDER}
    page = _PAGE.format(
        run=escape(report.run_id),
        verdict=report.verdict,
        total=f"{len(report.checks):,}",
        passed=f"{counted['pass']:,}",
        warned=f"{counted['warn']:,}",
        failed=f"{counted['fail']:,}",
        parts="\n".join(_gate(number, report.checks) for number in _GATES),
    )
    path = directory / DATA_DOCS_FILE
    temporary = directory / f".{DATA_DOCS_FILE}.tmp"
    with temporary.open("w", encoding="utf-8") as file:
        file.write(page)
        file.flush()
        os.fsync(file.fileno())
    return temporary.replace(path)


_ORDER = ("fail", "warn", "pass")


def _gate(number: int, checks: Iterable[CheckResult]) -> str:
    title, about = _GATES[number]
    subjects: dict[str, list[CheckResult]] = {}
    for check in checks:
        if check.gate == number:
            subjects.setdefault(check.subject, []).append(check)
    worst = sorted(subjects.items(), key=lambda item: (_ORDER.index(_worst(item[1])), item[0]))
    parts = [_subject(subject, checks_of_subject) for subject, checks_of_subject in worst]
    return f'<h2>{title}</h2>\n<p class="note">{about}</p>\n' + "\n".join(parts)


def _worst(checks: Sequence[CheckResult]) -> str:
    return min((check.outcome for check in checks), key=_ORDER.index)


def _subject(subject: str, checks: Sequence[CheckResult]) -> str:
    worst = _worst(checks)
    rows = "\n".join(_row(c) for c in sorted(checks, key=lambda c: _ORDER.index(c.outcome)))
    return (
        f"<details{'' if worst == 'pass' else ' open'}><summary>{escape(subject)} "
        f'<span class="{worst}">{worst}</span> <span class="note">{len(checks)} checks</span></summary>'
        "<table><tr><th>Check</th><th>Expected</th><th>Found</th><th>Failing</th><th></th></tr>\n"
        f"{rows}</table></details>"
    )


def _row(check: CheckResult) -> str:
    waived = f"<br>waived: {escape(check.waiver)}" if check.waiver else ""
    excepted = f"<br>excepted {escape(check.exception)}" if check.exception else ""
    return (
        f'<tr><td class="check">{escape(check.name)}</td><td>{escape(check.expected)}</td>'
        f'<td>{escape(check.observed)}{waived}{excepted}</td><td class="count">{check.failures:,}</td>'
        f'<td class="{check.outcome}">{check.outcome}</td></tr>'
    )
