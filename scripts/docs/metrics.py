"""`docs/metrics.md`: every public metric by family, and the dimensions of each entity."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scripts.docs import project
from scripts.docs.formulas import formula_of, input_names, name_of
from scripts.docs.markdown import anchor, codes, render

_FAMILIES = {
    "revenue": "Revenue",
    "pipeline": "Pipeline",
    "leads": "Leads",
    "activity": "Activity and calls",
    "productivity": "Productivity",
    "email": "Email campaigns",
    "social": "Social",
    "marketing_return": "Marketing return",
    "customers": "Customers",
}
_ARROWS = {"up": "↑", "down": "↓"}


@dataclass(frozen=True)
class Metric:
    """A metric as its section shows it."""

    name: str
    label: str
    family: str
    facts: str
    unit: str
    cadence: str
    roles: str
    owner: str
    objective: str
    action: str
    description: str
    formula: str
    dates: str
    rows: str
    dimensions: str


@dataclass(frozen=True)
class Family:
    """The metrics of one family, with the heading that they stand under."""

    heading: str
    anchor: str
    metrics: Sequence[Metric]


def page() -> str:
    """The page's text."""
    metrics = [
        _metric(name, metric)
        for name, metric in sorted(project.metrics().items())
        if not metric.get("hidden")
    ]
    families_used = {metric.family for metric in metrics}
    order = [*_FAMILIES, *sorted(families_used - set(_FAMILIES))]
    families = [_family(name, metrics) for name in order if name in families_used]
    return render(
        "metrics.md.j2", count=len(metrics), families=families, dimensions=list(_dimensions())
    )


def _family(name: str, metrics: Sequence[Metric]) -> Family:
    title = _FAMILIES.get(name, name.replace("_", " ").capitalize())
    # Not the bare word: `revenue` is a metric with a heading of its own.
    heading = f"{title} metrics"
    return Family(heading, anchor(heading), [metric for metric in metrics if metric.family == name])


def _metric(name: str, metric: project.Yaml) -> Metric:
    meta = project.meta(metric)
    dates, marts = _origins(name)
    unit = f"{meta.get('unit', '')} {_ARROWS.get(str(meta.get('better')), '')}".strip()
    cadence = str(meta.get("cadence", ""))
    spanish = f"*{meta['label_es']}*" if meta.get("label_es") else ""
    return Metric(
        name=name,
        label=metric["label"],
        family=str(meta.get("family", "other")),
        facts=" · ".join(fact for fact in (spanish, unit, cadence) if fact),
        unit=unit,
        cadence=cadence or "–",
        roles=", ".join(meta.get("roles", ())),
        owner=str(meta.get("owner", "none yet")),
        objective=str(meta.get("objective", "–")),
        action=str(meta.get("action", "")),
        description=project.description(metric),
        formula=formula_of(metric),
        dates=codes(sorted(dates)) or "–",
        rows=", ".join(_rows(mart) for mart in sorted(marts)),
        dimensions=_offered(sorted(marts)),
    )


def _rows(mart: str) -> str:
    grain = re.split(r"[.;(]", project.grain(project.model_of(mart)), maxsplit=1)[0].strip()
    return f"[{mart}](marts.md#{mart.split('.')[1]}) (one row per {grain})"


def _offered(marts: Sequence[str]) -> str:
    """The entities that all of these marts have keys of; their dimensions are in the table at the end."""
    entities = [{name for name, _ in project.entities(project.model_of(mart))} for mart in marts]
    shared = sorted(set.intersection(*entities)) if entities else []
    return f"time, and those of {codes(shared)}" if shared else "time alone"


def _origins(name: str) -> tuple[set[str], set[str]]:
    """The date columns and the marts that a metric is computed from, through its inputs."""
    metric = project.metrics()[name]
    if metric["type"] == "simple":
        model = metric["model"]
        date = metric.get("agg_time_dimension") or model.get("agg_time_dimension")
        return {date} if date else set(), {f"{model['folder']}.{model['name']}"}
    dates: set[str] = set()
    marts: set[str] = set()
    for part in input_names(metric):
        more_dates, more_marts = _origins(part)
        marts |= more_marts
        # A conversion goes by the date of what it starts from.
        if metric["type"] != "conversion" or part == name_of(metric["base_metric"]):
            dates |= more_dates
    return dates, marts


def _dimensions() -> Iterator[Mapping[str, str]]:
    for model in project.models():
        entity = next((name for name, kind in project.entities(model) if kind == "primary"), None)
        names = [
            f"{entity}__{column['dimension'].get('name', column['name'])}"
            for column in model.get("columns", ())
            if column.get("dimension")
        ]
        if entity is not None and names:
            mart = f"{model['folder']}.{model['name']}"
            yield {"entity": entity, "mart": mart, "names": codes(names)}
