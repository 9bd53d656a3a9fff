"""Looks up the names of a request: metrics, dimensions, grains, orders, and those in filters.

An unknown name is answered with the nearest ones and with what is allowed. MetricFlow's own objects
do not belong here; its definitions come in as plain records.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from orchestration.core.errors import QueryInvalid
from semantic_layer.filters import render
from semantic_layer.records import HOUR, METRIC_TIME, Dimension, Metric
from semantic_layer.request import QueryRequest
from semantic_layer.templates import Reference


class Definitions(Protocol):
    """Where names are looked up."""

    def metrics(self) -> Mapping[str, Metric]:
        """All metrics by name."""

    def dimensions(self, metrics: Sequence[str]) -> Mapping[str, Dimension]:
        """What all of these metrics can be grouped by; everything, for no metrics."""


@dataclass(frozen=True, kw_only=True)
class GroupBy:
    """A group-by column of a resolved request."""

    column: str
    dimension: Dimension
    grain: str | None


@dataclass(frozen=True, kw_only=True)
class ResolvedRequest:
    """A request whose every name exists and fits; `where` holds MetricFlow templates."""

    metrics: tuple[str, ...]
    group_by: tuple[GroupBy, ...]
    where: tuple[str, ...]
    order: tuple[str, ...]
    limit: int | None
    offset: int


def resolve(request: QueryRequest, definitions: Definitions) -> ResolvedRequest:
    """The request with every name looked up; raises `QueryInvalid` for one that does not fit."""
    known = definitions.metrics()
    for metric in request.metrics:
        if metric not in known:
            raise unknown_metric(metric, known)
    names = _Names(metrics=request.metrics, definitions=definitions)
    group_by = tuple(names.group_by(name) for name in _with_grain(request))
    by_time = next((item.grain for item in group_by if item.dimension.name == METRIC_TIME), None)
    names = replace(names, grain=by_time)
    columns = {item.column: item for item in group_by}
    for name in request.metrics:
        if known[name].requires_metric_time and not any(
            item.dimension.name == METRIC_TIME for item in group_by
        ):
            raise QueryInvalid(
                f"`{name}` compares or accumulates over time, so it needs one: add "
                f"`--grain month` or `{METRIC_TIME}` to the group-by."
            )
    return ResolvedRequest(
        metrics=request.metrics,
        group_by=tuple(columns.values()),
        where=tuple(
            render(text, resolve=names.template, grain_of=names.grain_of) for text in request.where
        ),
        order=_order(request, list(columns.values())),
        limit=request.limit,
        offset=request.offset,
    )


def unknown_metric(name: str, known: Iterable[str]) -> QueryInvalid:
    """An error for a metric that does not exist."""
    names = sorted(known)
    return QueryInvalid(
        f"There is no metric `{name}`.{_nearest(name, names)} "
        f"`embudo metrics` lists all {len(names)}."
    )


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name.lower(), list(dict.fromkeys(known)), n=3, cutoff=0.6)
    return f" Nearest: {', '.join(near)}." if near else ""


def _with_grain(request: QueryRequest) -> tuple[str, ...]:
    """The group-by names, with the request's grain given to `metric_time`."""
    if request.grain is None:
        return request.group_by
    wanted = f"{METRIC_TIME}__{request.grain}"
    names: list[str] = []
    for name in request.group_by:
        if name.startswith(f"{METRIC_TIME}__") and name != wanted:
            raise QueryInvalid(
                f"The query groups by `{name}` and has grain `{request.grain}`; keep one."
            )
        names.append(wanted if name == METRIC_TIME else name)
    return tuple(names) if wanted in names else (wanted, *names)


def _order(request: QueryRequest, group_by: list[GroupBy]) -> tuple[str, ...]:
    """Names that rows are sorted by; a time may be named without its grain."""
    columns = [*(item.column for item in group_by), *request.metrics]
    short = {item.dimension.name: item.column for item in group_by}
    order: list[str] = []
    for text in request.order:
        words = text.split()
        name = words[0].lstrip("-+")
        direction = words[1].lower() if len(words) == 2 else "asc"
        column = short.get(name, name)
        if column not in columns or len(words) > 2 or direction not in ("asc", "desc"):
            raise QueryInvalid(
                f"Cannot order by `{text}`.{_nearest(name, columns)} Allowed: "
                f"{', '.join(columns)}, each with `-` before it for descending."
            )
        descending = text.startswith("-") != (direction == "desc")
        order.append(f"-{column}" if descending else column)
    named = {name.lstrip("-") for name in order}
    # Ties and queries without an order come out the same every time.
    return (*order, *(item.column for item in group_by if item.column not in named))


@dataclass(frozen=True, kw_only=True)
class _Names:
    """Looks up dimension names for some metrics."""

    metrics: tuple[str, ...]
    definitions: Definitions
    grain: str | None = None
    """That of `metric_time` in the answer."""

    def grain_of(self, reference: Reference) -> str | None:
        """The grain in which a filter's day names a period of this time; None where it is no time.

        That of the answer for a plain `metric_time`, else the one that it is written with, else its finest.
        """
        dimension, grain = self._find(reference.name)
        if dimension.kind != "time":
            return None
        stated = reference.grain or grain
        if stated is None and reference.call is None and dimension.name == METRIC_TIME:
            stated = self.grain
        return stated or dimension.grains[0]

    def group_by(self, name: str) -> GroupBy:
        dimension, grain = self._find(name)
        if dimension.kind != "time":
            return GroupBy(column=dimension.name, dimension=dimension, grain=None)
        grain = self._grain(dimension, grain)
        return GroupBy(column=f"{dimension.name}__{grain}", dimension=dimension, grain=grain)

    def template(self, reference: Reference) -> str:
        """The MetricFlow template of a name that a filter uses."""
        if reference.name in self.definitions.metrics():
            raise QueryInvalid(
                f"`{reference.name}` is a metric; a filter takes dimensions. Filter the answer "
                "instead, or order by the metric and set a limit."
            )
        dimension, grain = self._find(reference.name)
        if reference.grain and grain and reference.grain != grain:
            raise QueryInvalid(
                f"`{reference.name}` names a grain, and so does `{reference.grain}`."
            )
        *path, name = (dimension.planned_name or dimension.name).split("__")
        parts = [*path[-1:], name]
        links = ", ".join(f"'{entity}'" for entity in path[:-1])
        path_text = f", entity_path=[{links}]" if links else ""
        full = "__".join(parts)
        if dimension.kind == "time":
            grain = self._grain(dimension, reference.grain or grain)
            if grain == HOUR:
                raise QueryInvalid(
                    f"A filter cannot take `{reference.name}` by hour: expected a day or longer, as in "
                    f"{METRIC_TIME} = '2026-05-13', or the hour of the day, such as call__hour = 10."
                )
            if reference.call == "Entity":
                raise QueryInvalid(f"`{reference.name}` is a time, not an entity.")
            return "{{ TimeDimension('" + full + "', '" + grain.upper() + "'" + path_text + ") }}"
        call = "Entity" if dimension.kind == "entity" else "Dimension"
        if reference.grain or reference.call not in (None, call):
            written = "{{ " + f"{call}('{reference.name}')" + " }}"
            raise QueryInvalid(f"`{reference.name}` is {_kind(dimension)}: write {written}.")
        return "{{ " + f"{call}('{full}'{path_text})" + " }}"

    def _find(self, name: str) -> tuple[Dimension, str | None]:
        """The dimension of a name, and the grain at its end if it has one."""
        known = self.definitions.dimensions(self.metrics)
        lowered = name.lower()
        for candidate in (name, lowered):
            if candidate in known:
                return known[candidate], None
        base, _, grain = lowered.rpartition("__")
        if base in known and known[base].kind == "time":
            return known[base], grain
        raise self._unknown(lowered)

    def _grain(self, dimension: Dimension, grain: str | None) -> str:
        if grain is None:
            return dimension.grains[0]
        grains = (*([HOUR] if dimension.has_hours else []), *dimension.grains)
        if grain not in grains:
            why = ""
            if grain == HOUR and dimension.name == METRIC_TIME:
                why = " Calls, activities, leads by creation and campaign e-mails have hours."
            raise QueryInvalid(
                f"`{dimension.name}` has no grain `{grain}` for {self._subject()}.{why}"
                f"{_nearest(grain, grains)} Allowed: {', '.join(grains)}."
            )
        return grain

    def _subject(self) -> str:
        return ", ".join(f"`{name}`" for name in self.metrics) or "a query without metrics"

    def _unknown(self, name: str) -> QueryInvalid:
        """The error for a name: either no metric has it, or these metrics do not have it."""
        allowed = self.definitions.dimensions(self.metrics)
        near = [n for n, d in allowed.items() if d.kind != "entity" and n.count("__") <= 1]
        more = f", and {len(allowed) - len(near)} more" if len(near) < len(allowed) else ""
        listed = ", ".join(near) + more
        everywhere = self.definitions.dimensions(())
        base = name.rpartition("__")[0]
        known = name if name in everywhere else base
        if name in everywhere or (base in everywhere and everywhere[base].kind == "time"):
            missing = [
                metric
                for metric in self.metrics
                if known not in self.definitions.dimensions((metric,))
            ]
            those = ", ".join(f"`{metric}`" for metric in missing) or "These metrics together"
            verb = "do" if len(missing) != 1 else "does"
            return QueryInvalid(
                f"{those} {verb} not have the dimension `{name}`. "
                f"{self._subject()} can be grouped and filtered by: {listed}."
            )
        return QueryInvalid(
            f"There is no dimension `{name}`.{_nearest(name, [*allowed, *everywhere])} "
            f"{self._subject()} can be grouped and filtered by: {listed}."
        )


def _kind(dimension: Dimension) -> str:
    return "an entity" if dimension.kind == "entity" else "a dimension"
