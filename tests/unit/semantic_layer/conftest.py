"""The semantic layer of the tiny release, and one with two years of stored values."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from semantic_layer.layer import SemanticLayer

HISTORY = """
create schema performance;
create table performance.metric_values as
select metric, 'month' as grain, cast(month as date) as period_start, cast(value as double) as value from (
    select unnest(generate_series(timestamp '2024-02-01', timestamp '2026-01-01', interval 1 month)) as month
), lateral (values
    ('revenue', 100 + 10 * month(month) + year(month) % 2),
    ('orders', 3 * (100 + 10 * month(month) + year(month) % 2)),
    ('average_order_value', 7),
    ('win_rate', if(month < '2025-06-01', 0.3 + month(month) % 5 / 10, null))
) as metrics(metric, value)
where value is not null;
create table performance.fct_targets as
select * from (values
    ('revenue', 'company', 'month', date '2026-01-01', 900.0, date '2025-12-01', 6),
    ('orders', 'company', 'month', date '2026-01-01', 300.0, date '2025-01-01', 6),
    ('win_rate', 'team', 'month', date '2026-01-01', 0.9, null, null)
) as targets(metric, scope, period_grain, period_start_on, target, set_on, review_every_months);
"""


@pytest.fixture(scope="session")
def layer(release_dir: Path) -> Iterator[SemanticLayer]:
    """The semantic layer of that release."""
    with SemanticLayer.open(release_dir) as opened:
        yield opened


@pytest.fixture
def history(release_dir: Path, tmp_path: Path) -> Iterator[SemanticLayer]:
    """The semantic layer of that release with two years of monthly values, and targets."""
    folder = tmp_path / "release"
    shutil.copytree(release_dir, folder)
    with duckdb.connect(folder / "marts.duckdb") as connection:
        connection.execute(HISTORY)
    path = folder / "semantic_manifest.json"
    content = json.loads(path.read_text())
    for metric in content["metrics"]:
        if metric["name"] == "revenue":
            metric["config"]["meta"] |= {"objective": "grow_revenue", "action": "Call."}
    path.write_text(json.dumps(content))
    with SemanticLayer.open(folder) as layer:
        yield layer
