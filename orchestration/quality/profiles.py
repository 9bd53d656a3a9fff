"""Profiles of tables and loads: what their values look like.

A profile is shares, medians and fingerprints of values, never a value itself. Comparing two of them belongs to
`profile_changes`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orchestration.quality.databases import identifier, literal

_FEW = 24
"""A text column with at most so many values is a list of kinds, whose shares are kept."""

_SAMPLED = 50_000
"""Rows of which the hours are looked at."""

_NUMBERS = ("DECIMAL", "DOUBLE", "FLOAT", "BIGINT", "INTEGER", "HUGEINT", "SMALLINT")
_NO_MEASURES = ("_id", "_no", "_key", "_seq", "_year", "_count", "_day", "_month", "_on")


@dataclass(frozen=True)
class ColumnProfile:
    """One column. `nulls` and `negative` are shares of the rows, `size` is the median of the absolute
    values, `length` the mean length of texts, `local_hour` the median hour of the day (a company's), `kinds` the share
    of each value by its fingerprint, where there are few values.
    """

    nulls: float
    distinct: int
    negative: float | None = None
    size: float | None = None
    length: float | None = None
    local_hour: float | None = None
    kinds: Mapping[str, float] | None = None


@dataclass(frozen=True)
class Profile:
    """One table or load."""

    rows: int
    columns: Mapping[str, ColumnProfile] = field(default_factory=dict)

    def to_json(self) -> str:
        """As text that `from_json` reads."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Profile:
        """The profile in a text, without what an older Embudo measured otherwise; raises ValueError, KeyError or
        TypeError where it is none.
        """
        fields = json.loads(text)
        known = {field.name for field in dataclasses.fields(ColumnProfile)}
        columns = {
            name: ColumnProfile(**{key: value for key, value in column.items() if key in known})
            for name, column in fields["columns"].items()
        }
        return cls(rows=int(fields["rows"]), columns=columns)


def profile(
    connection: Any, relation: str, *, leave_out: Sequence[str] = (), hours_in: str | None = None
) -> Profile:
    """Profile a table, a view, or a table function's rows; `leave_out` are columns nobody compares.

    Hours of the day are those of the time zone `hours_in`, of a table only; None: they are not looked at. Raises what
    DuckDB raises.
    """
    types = {
        row[0]: str(row[1]).split("(")[0]
        for row in connection.execute(f"describe select * from {relation}").fetchall()
        if row[0] not in leave_out
    }
    selected = ["count(*)"]
    for name, kind in types.items():
        selected += _aggregates(identifier(name), name, kind)
    row = connection.execute(f"select {', '.join(selected)} from {relation}").fetchone()
    rows, values = int(row[0]), iter(row[1:])
    columns = {}
    for name in types:
        filled, distinct, negative, size, length = (next(values) for _ in range(5))
        columns[name] = ColumnProfile(
            nulls=1 - filled / rows if rows else 0.0,
            distinct=int(distinct),
            negative=negative,
            size=size,
            length=length,
        )
    if hours_in is not None and rows:
        times = [name for name, kind in types.items() if kind == "TIMESTAMP"]
        for name, hour in _hours(connection, relation, times, rows=rows, zone=hours_in).items():
            columns[name] = dataclasses.replace(columns[name], local_hour=hour)
    few = [
        name
        for name, kind in types.items()
        if kind in ("VARCHAR", "BOOLEAN") and 0 < columns[name].distinct <= _FEW
    ]
    if few:
        selected = [f"histogram(left(md5({identifier(name)}::varchar), 8))" for name in few]
        counted = connection.execute(f"select {', '.join(selected)} from {relation}").fetchone()
        for name, histogram in zip(few, counted, strict=True):
            total = sum(histogram.values())
            kinds = {mark: count / total for mark, count in histogram.items()}
            columns[name] = dataclasses.replace(columns[name], kinds=kinds)
    return Profile(rows=rows, columns=columns)


def _hours(
    connection: Any, relation: str, names: Sequence[str], *, rows: int, zone: str
) -> dict[str, float | None]:
    """The median hour of each time in a zone, of some rows: to convert them all takes longer than all else."""
    if not names:
        return {}
    local = [f"timezone({literal(zone)}, timezone('UTC', {identifier(name)}))" for name in names]
    medians = [f"approx_quantile(hour({time}) + minute({time}) / 60, 0.5)" for time in local]
    row = connection.execute(
        f"select {', '.join(medians)} from ("
        f"select {', '.join(map(identifier, names))} from {relation} where rowid % {max(rows // _SAMPLED, 1)} = 0)"
    ).fetchone()
    return dict(zip(names, row, strict=True))


def _aggregates(quoted: str, name: str, kind: str) -> list[str]:
    measured = kind in _NUMBERS and not name.endswith(_NO_MEASURES)
    return [
        f"count({quoted})",
        f"approx_count_distinct({quoted})",
        f"avg(({quoted} < 0)::int)" if measured else "null",
        f"approx_quantile(abs({quoted})::double, 0.5) filter ({quoted} <> 0)"
        if measured
        else "null",
        f"avg(length({quoted}))" if kind == "VARCHAR" else "null",
    ]


def merged(profiles: Sequence[Profile]) -> Profile:
    """Several loads as one: means by rows; medians of a load stand for its rows. Raises IndexError
    for none.
    """
    largest = sorted(profiles, key=lambda p: p.rows)[-1]
    rows = sum(p.rows for p in profiles)
    columns = {}
    for name, column in largest.columns.items():
        same = [(p.rows, p.columns[name]) for p in profiles if name in p.columns and p.rows]
        weight = sum(n for n, _ in same) or 1
        columns[name] = dataclasses.replace(
            column,
            nulls=sum(n * c.nulls for n, c in same) / weight,
            negative=max((c.negative or 0.0 for _, c in same), default=None)
            if column.negative is not None
            else None,
        )
    return Profile(rows=rows, columns=columns)
