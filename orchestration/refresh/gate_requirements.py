"""Which checks a release of the working tree's project needs. The checks themselves belong to `quality`."""

from __future__ import annotations

from orchestration import quality
from orchestration.quality import MetricMeta
from orchestration.quality.registry import names_with_families
from orchestration.quality.subjects import Definitions
from orchestration.refresh.metric_definitions import metric_units
from orchestration.transformation.project import Project


def metric_meta(project: Project) -> tuple[MetricMeta, ...]:
    """What the gate has to know of each metric."""
    return tuple(
        MetricMeta.of(name, {"unit": unit}) for name, unit in metric_units(project).items()
    )


def required_checks(project: Project, *, unit_tests: bool) -> dict[str, str]:
    """Every check that a release needs, with its subject (a stream, model, mart or metric)."""
    return quality.required_checks(
        project.manifest,
        metrics=metric_meta(project),
        revenue_from=project.workspace.settings.revenue_from,
        unit_tests=unit_tests,
    )


def check_names(project: Project) -> tuple[tuple[str, str], ...]:
    """Every check that the project has, with the registered one that it belongs to."""
    return names_with_families(
        Definitions(
            manifest=project.manifest,
            metrics=metric_meta(project),
            revenue_from=project.workspace.settings.revenue_from,
            unit_tests=True,
        )
    )


def mart_checks(project: Project) -> dict[str, str]:
    """Gate 3's part of them: those that run once marts and metrics are there."""
    return quality.required_checks(
        project.manifest,
        metrics=metric_meta(project),
        revenue_from=project.workspace.settings.revenue_from,
        gates=[3],
    )
