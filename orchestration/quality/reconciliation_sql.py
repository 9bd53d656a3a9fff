"""Reconciliations: pairs of queries that must return the same rows, declared in the suite files.

Streams are compared with marts, parts with wholes, metrics with marts. The SQL over landed rows shares
nothing with the models, so that a mistake in a model is not made twice. Every row has a `key`; `amount` is
compared where the expected one is known (money: where the row is in the reporting currency already); `facts`
are texts that must be equal. Comparing belongs to `checks.reconciliation`. Forms in a suite file:

    what:                          in words, after "the same …"
    expected: / found:             SQL; `expected` reads warehouse.landing or another mart, `found` the mart
    has_facts: true                both queries have a column `facts`
    revenue_from_deals: {…}        what, expected and found where each won deal counts as an order

    what: / stream_key: [column]   a mart with one row per key of the stream of that name
    newest_by: column              the newest version counts
    amount: {column: SQL}          column of the mart: SQL over `landed`
    facts: {column: SQL, …}

    amount: SQL / day: column / where: condition       of a metric

In SQL the Jinja functions below stand for what every stream needs: `newest` (its ids of the key as keys of marts show
them), `public_id` (another id, the same), `facts`, `local_day`, `if_reporting_currency`, `folded` (a word as it is
compared).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from orchestration.core.errors import SettingsInvalid
from orchestration.core.words import folded
from orchestration.quality.landed_columns import public_column

METRIC_VALUES = "performance.metric_values"

_SQL_KEYS = {"what", "expected", "found", "has_facts", "revenue_from_deals"}
_STREAM_KEYS = {"what", "stream_key", "newest_by", "amount", "facts"}
_METRIC_KEYS = {"amount", "day", "where"}


@dataclass(frozen=True)
class Reconciliation:
    """Two queries of `key`, `amount` and, where `has_facts` is set, `facts`; Jinja until rendered.

    `from_deals` takes its place where revenue comes from won deals.
    """

    name: str
    mart: str
    what: str
    expected: str
    found: str
    has_facts: bool = False
    stream_key: tuple[str, ...] = ()
    """Columns of the stream's key, where the mart has one row per key of the stream that is compared."""
    from_deals: Reconciliation | None = field(default=None, repr=False)

    def queries(self) -> tuple[str, str]:
        """The SQL of both sides."""
        return _render(self.expected), _render(self.found)


def reconciliations_of(
    mart: str, key: str, declared: Mapping[str, Any], *, file: str
) -> tuple[Reconciliation, ...]:
    """What a suite reconciles; `key` is the mart's. Raises `SettingsInvalid` naming the file and the key."""
    return tuple(_declared(mart, key, declared, file))


def _declared(
    mart: str, key: str, declared: Mapping[str, Any], file: str
) -> Iterator[Reconciliation]:
    for name, fields in (declared.get("reconcile") or {}).items():
        if "stream_key" in fields:
            _require(fields, _STREAM_KEYS, needed={"what", "stream_key"}, where=f"{file}: {name}")
            yield _by_key(name, mart, key, fields)
        else:
            yield _by_sql(f"reconcile.{name}", mart, fields, where=f"{file}: {name}")
    for name, fields in (declared.get("parts") or {}).items():
        yield _by_sql(f"parts.{name}", mart, fields, where=f"{file}: {name}")
    for name, fields in (declared.get("metric_months") or {}).items():
        _require(fields, _METRIC_KEYS, needed={"amount", "day"}, where=f"{file}: {name}")
        yield _of_metric(name, mart, fields)


def _require(fields: Mapping[str, Any], known: set[str], *, needed: set[str], where: str) -> None:
    wrong = sorted({*(set(fields) - known), *(needed - set(fields))})
    if wrong:
        raise SettingsInvalid(
            f"{where} needs {', '.join(sorted(needed))} and may have "
            f"{', '.join(sorted(known - needed))}; unknown or missing: {', '.join(wrong)}."
        )


def _by_sql(name: str, mart: str, fields: Mapping[str, Any], *, where: str) -> Reconciliation:
    _require(fields, _SQL_KEYS, needed={"what", "expected", "found"}, where=where)
    from_deals = fields.get("revenue_from_deals")
    return Reconciliation(
        name=name,
        mart=mart,
        what=fields["what"],
        expected=fields["expected"],
        found=fields["found"],
        has_facts=bool(fields.get("has_facts")),
        from_deals=_by_sql(name, mart, from_deals, where=where) if from_deals else None,
    )


def _by_key(stream: str, mart: str, key: str, fields: Mapping[str, Any]) -> Reconciliation:
    """A mart with one row per key of its stream."""
    keys = list(fields["stream_key"])
    landed_key = " || '|' || ".join(f"cast(landed.{column} as varchar)" for column in keys)
    ((mart_amount, landed_amount),) = (fields.get("amount") or {"null": "null"}).items()
    pairs = fields.get("facts") or {}
    landed_facts = f", {facts(*pairs.values())} as facts" if pairs else ""
    mart_facts = f", {facts(*pairs)} as facts" if pairs else ""
    return Reconciliation(
        name=f"reconcile.{stream}",
        mart=mart,
        what=fields["what"],
        has_facts=bool(pairs),
        stream_key=tuple(keys),
        expected=f"""
            select landed._source || ':' || {landed_key} as key, {landed_amount} as amount
                {landed_facts}
            from {newest(stream, keys, fields.get("newest_by", ""))} as landed
        """,
        found=f"""
            select {key} as key, {mart_amount} as amount
                {mart_facts}
            from marts.{mart}
        """,
    )


def _of_metric(name: str, mart: str, fields: Mapping[str, Any]) -> Reconciliation:
    """A metric's months as evaluated through the semantic layer, and plain SQL over its mart."""
    day, where = fields["day"], fields.get("where", "true")
    return Reconciliation(
        name=f"reconcile.metric.{name}",
        mart=METRIC_VALUES,
        what=f"months of {name} as plain SQL over {mart}",
        expected=f"""
            select * from (
                select strftime({day}, '%Y-%m') as key, cast({fields["amount"]} as double) as amount
                from marts.{mart}
                where {day} <= (select as_of_on from warehouse.landing.settings) and {where} group by 1
            ) where amount <> 0
        """,
        found=f"""
            select strftime(period_start, '%Y-%m') as key, value as amount
            from marts.{METRIC_VALUES}
            where metric = '{name}' and grain = 'month' and value <> 0
        """,
    )


def newest(stream: str, keys: Sequence[str], newest_by: str = "") -> str:
    """The newest version of each row of a stream, unless the source has deleted it."""
    order = [f"{newest_by} desc nulls last"] if newest_by else []
    order += ["_file desc", "_load_seq desc", "_line desc"]
    return (
        f"(select * {_public_ids(keys)} from (select * from warehouse.landing.{stream} "
        f"qualify row_number() over (partition by _source, {', '.join(keys)} "
        f"order by {', '.join(order)}) = 1) where not _is_deleted)"
    )


def _public_ids(keys: Sequence[str]) -> str:
    """The ids of a key as the keys of marts show them."""
    shown = ", ".join(f"{public_column(key)} as {key}" for key in keys if key.endswith("_id"))
    return f"replace ({shown})" if shown else ""


def facts(*parts: str) -> str:
    """Columns as one text, in which a null differs from every other value."""
    return " || '|' || ".join(f"coalesce(cast({part} as varchar), '')" for part in parts)


def local_day(column: str) -> str:
    """The day of a UTC timestamp in the reporting zone."""
    zone = "(select time_zone from warehouse.landing.settings)"
    return f"cast(timezone({zone}, timezone('UTC', {column})) as date)"


def if_reporting_currency(amount: str, rows: str) -> str:
    """An amount of `rows` that are in the reporting currency already, else null."""
    return (
        f"case when upper({rows}.currency) = (select upper(currency) from warehouse.landing.settings) "
        f"then {amount} end"
    )


def _render(template: str) -> str:
    return template if "{" not in template else str(_environment().from_string(template).render())


@lru_cache(maxsize=1)
def _environment() -> Any:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 (SQL, not HTML)
    environment.globals.update(
        newest=newest,
        public_id=public_column,
        facts=facts,
        folded=folded,
        local_day=local_day,
        if_reporting_currency=if_reporting_currency,
    )
    return environment
