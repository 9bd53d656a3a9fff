"""Figures go by the data-as-of time: nothing that dbt runs reads the clock."""

from __future__ import annotations

import re

from tests.conftest import ROOT

CLOCK = re.compile(
    r"\b(current_(timestamp|date|time)|localtimestamp|now\s*\(|today\s*\(|getdate\s*\(|sysdate|run_started_at|"
    r"modules\.datetime)",
    re.IGNORECASE,
)


def test_no_model_macro_or_metric_reads_the_clock() -> None:
    """As-of metrics are the same when the same data is refreshed a week later."""
    uses = []
    paths = [
        path
        for folder in ("models", "dbt_project", "seeds")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".sql", ".yml")
    ]
    assert len(paths) > 100
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if CLOCK.search(line.partition("--")[0]):
                uses.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert "\n".join(uses) == ""
