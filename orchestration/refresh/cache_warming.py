"""What depends on definitions alone, done ahead: parsing the dbt project and planning every refresh's queries.

It takes half a minute, once for each state of models and metrics; `make setup` does it for those that come
with the project, a refresh for those that were edited since.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestration.core.records import Reporter
from orchestration.publication.layout import MANIFEST, SEMANTIC_MANIFEST
from orchestration.refresh.workspace import Workspace


@dataclass(frozen=True)
class Prepared:
    """How much there was, and where it lies."""

    models: int
    metrics: int
    folder: Path


def prepare(workspace: Workspace, *, report: Reporter) -> Prepared:
    """Parse and plan what is not there yet. Raises `BuildFailed` where the project cannot be parsed."""
    import duckdb

    from scorecards.scorecard_metrics import plan_ahead
    from semantic_layer.layer import SemanticLayer

    report.step("Parse models")
    nodes = workspace.manifest["nodes"].values()
    models = sum(node["resource_type"] == "model" for node in nodes)
    report.detail(f"{models} models")
    report.step("Plan metrics")
    parsed = workspace.parsed()
    # Nothing is asked, so no table has to be there.
    with (
        duckdb.connect() as connection,
        SemanticLayer.draft(
            parsed / SEMANTIC_MANIFEST,
            parsed / MANIFEST,
            parsed,
            connection=connection,
            plans=workspace.cache,
        ) as layer,
    ):
        plan_ahead(layer)
        for table in workspace.exports():
            layer.explain(table.query.request)
        metrics = len(layer.metrics())
    report.detail(f"{metrics} metrics")
    return Prepared(models=models, metrics=metrics, folder=workspace.cache)
