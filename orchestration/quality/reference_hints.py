"""Why ids match nothing: the usual ways in which two tools write one id, tried on them.

Finding ids that match nothing belongs to `checks.unmatched_references`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from orchestration.core.words import folded

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_TRIED = 10_000
"""Ids that are tried, the most frequent first."""

_SALESFORCE = "[A-Za-z0-9]{15}([A-Za-z0-9]{3})?"

FORMS: dict[str, tuple[Callable[[str], str], str]] = {
    "without their `.0`": (
        lambda id: f"regexp_replace({id}, '[.,]0+$', '')",
        "regexp_replace({column}, '[.,]0+$', '')",
    ),
    "without leading zeros": (lambda id: f"ltrim({id}, '0')", "ltrim({column}, '0')"),
    "as 18-character Salesforce ids": (
        lambda id: f"case when regexp_full_match({id}, '{_SALESFORCE}') then left({id}, 15) end",
        "salesforce_id18({column})",
    ),
    "in the same case": (lambda id: f"lower(trim({id}))", "lower(trim({column}))"),
    "without accents, blanks and hyphens": (folded, "lower(replace(unaccent({column}), ' ', ''))"),
}
"""In words: how both sides are compared, and the SQL of embudo.yml that repairs either side."""


_DIGITS = "nullif(ltrim(regexp_replace({id}, '[^0-9]', '', 'g'), '0'), '')"
_NUMBER = "case when regexp_full_match({id}, '[0-9]+') then nullif(ltrim({id}, '0'), '') end"

BY_DIGITS = ((_DIGITS, _NUMBER), (_NUMBER, _DIGITS))
"""Digits within a text on one side, a number on the other: texts on both that share digits are a coincidence."""


def hint(
    connection: DuckDBPyConnection, *, unmatched: str, known: str, named: str, column: str
) -> str:
    """What would make most of them match, as a sentence with the SQL to use; empty where nothing would.

    `unmatched` is a relation of `source`, `value` and `row_count`, `known` one of `source` and `value` of the keys,
    `named` one of `kind` and `value` of what else such rows are called by.
    """
    tried = f"(select * from {unmatched} order by row_count desc, value limit {_TRIED})"
    best, form, repair = 0, "", ""
    for words, left, right, sql in _forms():
        matched = _rows(
            connection,
            f"select sum(row_count) from {tried} as tried where {left} in "
            f"(select {right} from {known} as known where {right} is not null)",
        )
        if matched > best:
            best, form, repair = matched, words, sql.format(column=column)
    for kind, rows in connection.execute(
        f"select kind, sum(row_count) from {tried} as tried join (select distinct kind, value from {named}) as named "
        "on lower(trim(named.value)) = lower(trim(tried.value)) group by kind order by 2 desc limit 1"
    ).fetchall():
        if rows > best:
            return f"{int(rows):,} of the rows have a {kind} where the id is expected: map the id to {column}."
    elsewhere = _rows(
        connection,
        f"select sum(row_count) from {tried} as tried where exists "
        f"(select 1 from {known} as known where known.value = tried.value)",
    )
    if elsewhere and elsewhere >= best:
        return (
            f"{elsewhere:,} of the rows have an id of another source: set `keys_of` of their source in "
            "embudo.yml."
        )
    if not best:
        return ""
    return f"{best:,} of the rows would match {form}: map the id as `sql: {repair}`, on both sides."


def _forms() -> Iterator[tuple[str, str, str, str]]:
    """In words, the SQL of either side, and the SQL that repairs it."""
    for words, (comparison, repair) in FORMS.items():
        yield words, comparison("tried.value"), comparison("known.value"), repair
    for left, right in BY_DIGITS:
        sides = left.replace("{id}", "tried.value"), right.replace("{id}", "known.value")
        yield "by their digits alone", *sides, "ltrim(digits({column}), '0')"


def _rows(connection: DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0] or 0) if row else 0
