"""The working tree's metrics and saved queries, for a refresh: units, tables, the layer on a candidate.

What a metric means belongs to `semantic_layer`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.publication.layout import MANIFEST, SEMANTIC_MANIFEST
from orchestration.quality.marts import marts_of
from orchestration.settings.project import PROJECT_ROOT
from orchestration.transformation import seeds
from orchestration.transformation.project import Project
from orchestration.transformation.seed_rules import read_rules

if TYPE_CHECKING:
    import duckdb

    from semantic_layer.exports import ExportedTable
    from semantic_layer.layer import SemanticLayer

METRIC_VALUES = "performance.metric_values"
"""Every metric by month, which a refresh writes beside dbt's marts."""
COMPUTED_TABLES = (METRIC_VALUES, "performance.scorecard", "performance.alerts")
"""Tables that the refresh computes from the marts."""


def metric_units(project: Project) -> dict[str, str]:
    """Metric to its unit, e.g. `percent`."""
    from semantic_layer.catalogue import read_metrics

    text = project.semantic_manifest.read_text(encoding="utf-8")
    return {metric.name: metric.unit for metric in read_metrics(text).values()}


def saved_query_tables(project: Project) -> tuple[ExportedTable, ...]:
    """The tables that saved queries become; raises `QueryInvalid` where a name cannot be one."""
    from semantic_layer.exports import exports_of

    taken = {*marts_of(project.manifest), *COMPUTED_TABLES}
    return exports_of(project.semantic_manifest, taken=taken)


def check_seeds(project: Project) -> int:
    """Rows of all seeds; raises `SeedInvalid` naming file, line and column of what is wrong."""
    rules = read_rules(project.manifest, PROJECT_ROOT)
    return seeds.check_seeds(rules, metrics=metric_units(project))


def draft_layer(
    project: Project, directory: Path, *, connection: duckdb.DuckDBPyConnection | None = None
) -> SemanticLayer:
    """The working tree's definitions on the tables of a candidate or a release in `directory`.

    `connection` has its marts attached already, where the caller writes to them meanwhile.
    """
    from semantic_layer.layer import SemanticLayer

    parsed = project.parsed()
    return SemanticLayer.draft(
        parsed / SEMANTIC_MANIFEST,
        parsed / MANIFEST,
        directory,
        connection=connection,
        plans=project.cache,
    )
