"""Work that depends on definitions alone, done ahead: parsing the dbt project and planning a refresh's queries.

It takes half a minute, once per state of models and metrics; `make setup` does it for those that come with
the project, a refresh for those that were edited since.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestration.core.records import Reporter
from orchestration.refresh.metric_definitions import draft_layer, saved_query_tables
from orchestration.transformation.project import Project


@dataclass(frozen=True)
class WarmedCache:
    """How many models and metrics are parsed and planned, and in which folder."""

    models: int
    metrics: int
    folder: Path


def warm_cache(project: Project, *, report: Reporter) -> WarmedCache:
    """Parse and plan what is not there yet; raises `BuildFailed` where the project cannot be parsed."""
    import duckdb

    from scorecards.scorecard_metrics import plan_ahead

    report.step("Parse models")
    nodes = project.manifest["nodes"].values()
    models = sum(node["resource_type"] == "model" for node in nodes)
    report.detail(f"{models} models")
    report.step("Plan metrics")
    # Nothing is queried, so no table has to be there.
    with (
        duckdb.connect() as connection,
        draft_layer(project, project.parsed(), connection=connection) as layer,
    ):
        plan_ahead(layer)
        for table in saved_query_tables(project):
            layer.explain(table.query.request)
        metrics = len(layer.metrics())
    report.detail(f"{metrics} metrics")
    return WarmedCache(models=models, metrics=metrics, folder=project.cache)
