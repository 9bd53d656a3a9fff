"""Comparison of two states of the metrics: which definitions differ, which figures move.

The states are two releases, or a release and a working tree's definitions on the same or on rebuilt tables.
Which rows of tables differ, and building anything, does not belong here.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

from orchestration.core.errors import EmbudoError, QueryInvalid
from semantic_layer.evaluation import monthly_values
from semantic_layer.names import unknown_metric
from semantic_layer.records import METRIC_TIME
from semantic_layer.request import QueryRequest

if TYPE_CHECKING:
    from semantic_layer.layer import SemanticLayer

TOLERANCE = 1e-9
"""Relative; sums of doubles differ in their last digit with the order of rows."""


@dataclass(frozen=True, kw_only=True)
class DefinitionChange:
    """A metric that is not defined as before; `fields` are those of a changed one that differ."""

    metric: str
    change: Literal["added", "removed", "changed"]
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Move:
    """A figure that is not what it was. `key` is a value of the requested dimension."""

    metric: str
    period_start: date
    key: str | None
    old: float | None
    new: float | None

    @property
    def difference(self) -> float | None:
        """New less old; none where either has no value."""
        return None if self.old is None or self.new is None else self.new - self.old

    @property
    def share(self) -> float | None:
        """The difference as a share of the old figure; none where that is 0 or missing."""
        return None if self.difference is None or not self.old else self.difference / abs(self.old)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What differs. `failures` has the reason for each metric that could not be compared."""

    definitions: tuple[DefinitionChange, ...]
    moves: tuple[Move, ...]
    compared: int
    failures: Mapping[str, str] = field(default_factory=dict)


Values = dict[tuple[str, date, str | None], float]


def compare(
    old: SemanticLayer,
    new: SemanticLayer,
    *,
    metrics: Collection[str] = (),
    since: date | None = None,
    by: str = "",
    changed_tables: Collection[str] | None = None,
) -> Comparison:
    """Figures by month, and by one dimension where `by` names it, that differ between two states.

    `changed_tables` (`schema.table`) are the marts whose rows differ; figures that neither read one of
    them nor were redefined cannot have moved and are not computed. None means that any may differ. Raises
    `QueryInvalid` for a metric that neither knows, or a dimension that none of the compared metrics has.
    """
    before = {metric.name: metric for metric in old.metrics()}
    after = {metric.name: metric for metric in new.metrics()}
    for name in metrics:
        if name not in before and name not in after:
            raise unknown_metric(name, {**before, **after})
    wanted = set(metrics) or {*before, *after}
    failures: dict[str, str] = {}
    suspects = [
        name
        for name in sorted(wanted & set(before) & set(after))
        if changed_tables is None or _may_move(name, old, new, changed_tables, failures)
    ]
    moves: list[Move] = []
    if suspects:
        sides = [_values(layer, suspects, by, since, failures) for layer in (old, new)]
        moves = _moves(sides[0], sides[1], without=failures)
    return Comparison(
        definitions=tuple(
            change
            for name in sorted(wanted)
            if (change := _definition_change(name, before.get(name), after.get(name)))
        ),
        moves=tuple(moves),
        compared=len(suspects),
        failures=failures,
    )


def _definition_change(name: str, before: object, after: object) -> DefinitionChange | None:
    if before == after:
        return None
    if before is None or after is None:
        return DefinitionChange(metric=name, change="added" if before is None else "removed")
    old, new = asdict(before), asdict(after)  # type: ignore[call-overload]
    fields = tuple(key for key in old if old[key] != new[key])
    return DefinitionChange(metric=name, change="changed", fields=fields)


def _may_move(
    name: str,
    old: SemanticLayer,
    new: SemanticLayer,
    changed_tables: Collection[str],
    failures: dict[str, str],
) -> bool:
    redefined = old.catalogue.fingerprint(name) != new.catalogue.fingerprint(name)
    if not redefined and not changed_tables:
        return False
    try:
        request = QueryRequest(metrics=(name,), grain="month")
        sql = new.explain(request)
        quoted = sql.replace('"', "")
        return (redefined and sql != old.explain(request)) or any(
            f"{table} " in quoted or f"{table}\n" in quoted for table in changed_tables
        )
    except EmbudoError as error:
        failures[name] = str(error)
        return False


def _values(
    layer: SemanticLayer,
    names: Collection[str],
    by: str,
    since: date | None,
    failures: dict[str, str],
) -> Values:
    if by:
        return _values_by(layer, names, by, since, failures)
    evaluated = monthly_values(layer, sorted(names))
    failures.update(evaluated.failures)
    return {
        (row["metric"], row["period_start"], None): row["value"]
        for row in evaluated.table.to_pylist()
        if since is None or row["period_start"] >= since
    }


def _values_by(
    layer: SemanticLayer,
    names: Collection[str],
    by: str,
    since: date | None,
    failures: dict[str, str],
) -> Values:
    values: Values = {}
    offering = [n for n in names if any(d.name == by for d in layer.dimensions([n]))]
    if not offering:
        known = sorted({d.name for n in names for d in layer.dimensions([n])})
        raise QueryInvalid(
            f"None of the metrics that may have moved can be grouped by `{by}`; dimensions that some of them "
            f"have: {', '.join(name for name in known if name.count('__') == 1)}."
        )
    month = f"{METRIC_TIME}__month"
    for name in offering:
        try:
            answer = layer.query(QueryRequest(metrics=(name,), group_by=(by,), grain="month"))
        except EmbudoError as error:
            failures[name] = str(error)
            continue
        for row in answer.table.to_pylist():
            period, value = row[month], row[name]
            inside = period is not None and (since is None or period >= since)
            if inside and value is not None and (layer.until is None or period <= layer.until):
                key = "" if row[by] is None else str(row[by])
                values[name, period, key] = float(value)
    return values


def _moves(old: Values, new: Values, *, without: Collection[str]) -> list[Move]:
    def same(key: tuple[str, date, str | None]) -> bool:
        a, b = old.get(key), new.get(key)
        if a is None or b is None:
            return a is b
        return math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE)

    return [
        Move(metric=key[0], period_start=key[1], key=key[2], old=old.get(key), new=new.get(key))
        for key in sorted({**old, **new}, key=lambda k: (k[0], k[1], k[2] or ""))
        if key[0] not in without and not same(key)
    ]
