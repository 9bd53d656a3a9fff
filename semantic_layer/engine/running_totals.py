"""Running totals that add facts up by day before they are joined with the days after them.

MetricFlow joins every fact with every day on which a running total still counts it: a year's total of
60,000 lines reads 20 million rows. Where all that is done with a fact afterwards is a sum, the same sum over
the facts of a day and of the requested columns comes first. What is not certain to be such a sum is left as
MetricFlow planned it.
"""

from __future__ import annotations

import re

_MARK = "-- Join Self Over Time Range"
_FACTS = re.compile(r'INNER JOIN\s+((?:"\w+"\.)+"\w+") (\w+)\s+ON')


def summed_by_day_first(sql: str) -> str:
    """The SQL of a running total with its facts summed first, or the text as it is. Sums stay exact."""
    if sql.count(_MARK) != 1:
        return sql
    joined = _FACTS.search(sql, sql.index(_MARK))
    if joined is None or sql.count(joined[0]) != 1:
        return sql
    relation, alias = joined[1], joined[2]
    read = _columns_read(sql, alias)
    summed = _summed(sql, alias)
    if read is None or not summed or any(read.count(column) != 1 for column in summed):
        return sql
    kept = sorted(set(read) - set(summed))
    columns = ", ".join((*kept, *(f"SUM({column}) AS {column}" for column in sorted(summed))))
    facts = f"(SELECT {columns} FROM {relation} GROUP BY {', '.join(kept)}) {alias}"
    return sql.replace(f"{relation} {alias}", facts)


def _columns_read(sql: str, alias: str) -> list[str] | None:
    """The columns of the facts, each as often as it is read in the join; None where that is not certain.

    The join's SELECT may read other columns of the two tables only with their table's name before them:
    an expression without one could read any column.
    """
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(sql, read="duckdb")
    table = next((item for item in tree.find_all(exp.Table) if item.alias == alias), None)
    select = table.find_ancestor(exp.Select) if table is not None else None
    if select is None or select.find(exp.Subquery) is not None:
        return None
    columns = list(select.find_all(exp.Column))
    if any(not column.table for column in columns):
        return None
    # The days of the join are compared with both ends of the range: one column, read often.
    read = [column.name for column in columns if column.table == alias]
    compared = {
        column.name
        for join in select.args.get("joins", [])
        for column in join.find_all(exp.Column)
        if column.table == alias
    }
    return [*(name for name in read if name not in compared), *compared]


def _summed(sql: str, alias: str) -> list[str]:
    """Columns of the facts that are only summed; none where anything else is made of the facts."""
    aggregated = set(re.findall(r"\b([A-Z_]+)\((?:DISTINCT )?(\w+)\)", sql))
    made = {name for function, name in aggregated if function == "SUM"}
    if not made or any(
        function in ("COUNT", "AVG", "MIN", "MAX", "MEDIAN", "STDDEV") for function, _ in aggregated
    ):
        return []
    named = re.findall(rf"\b{alias}\.(\w+) AS (?:__)?(\w+)", sql)
    summed = [column for column, name in named if name in made]
    return summed if len(summed) == len(made) else []
