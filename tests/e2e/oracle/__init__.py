"""Hand-written metrics: SQL straight over the raw files of a sandbox company, never over the models.

Each `.sql` file but those named 00 is a list of sections: `-- metric: NAME`, `-- by: DIMENSION, …`, perhaps
`-- cuts: month` where there is no total, or `-- cuts: total, year` where the metric is meant by year, perhaps
`-- monthly by: DIMENSION, …` for months of each value, then one statement with `{cut}` in the place of what to group
by. Periods are called by their first month: `2026-03`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
Values = dict[str, "float | None"]


@dataclass(frozen=True)
class Section:
    """One metric's SQL."""

    metric: str
    dimensions: tuple[str, ...]
    cuts: tuple[str, ...]
    """`total`, and grains of time."""
    monthly_dimensions: tuple[str, ...]
    sql: str


def sections() -> dict[str, Section]:
    """Every metric that the oracle answers."""
    by_metric: dict[str, Section] = {}
    for path in sorted(HERE.glob("*.sql")):
        if path.name.startswith("00_"):
            continue
        for part in re.split(r"(?m)^-- metric: ", path.read_text(encoding="utf-8"))[1:]:
            name, _, rest = part.partition("\n")
            notes = dict(re.findall(r"(?m)^-- (by|cuts|monthly by): (.*)$", rest))
            assert name not in by_metric, f"{path.name}: {name} twice"
            by_metric[name.strip()] = Section(
                metric=name.strip(),
                dimensions=_listed(notes.get("by", "")),
                cuts=_listed(notes.get("cuts", "total, month")),
                monthly_dimensions=_listed(notes.get("monthly by", "")),
                sql=rest.strip().rstrip(";"),
            )
    return by_metric


def _listed(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(",") if item.strip())


def load_excel(connection: duckdb.DuckDBPyConnection) -> None:
    """DuckDB's Excel reader, from its wheel."""
    import duckdb_extension_excel

    folder = Path(duckdb_extension_excel.__file__).parent
    (extension,) = folder.rglob("excel.duckdb_extension")
    connection.execute(f"load '{extension}'")


def read_raw(connection: duckdb.DuckDBPyConnection, inbox: Path) -> None:
    """The raw files as temporary tables of a connection, by the SQL of 00_raw.sql."""
    load_excel(connection)
    connection.execute("set enable_progress_bar = false")
    connection.execute("set variable inbox = $1", [str(inbox)])
    read = " union all ".join(
        f"select *, '{path.name}' as filename from read_xlsx('{path}', all_varchar = true)"
        for path in sorted(inbox.glob("marketing/spend_*.xlsx"))
    )
    connection.execute(f"create temp table read_sheets as {read}")
    connection.execute((HERE / "00_raw.sql").read_text(encoding="utf-8"))


class Oracle:
    """Answers of the hand-written SQL for one inbox.

    `fixed_costs` are euros by month (`2026-03`): they are no export of a tool, but what a company writes into a seed.
    """

    def __init__(self, inbox: Path, *, fixed_costs: Mapping[str, int] | None = None) -> None:
        self.sections = sections()
        self.connection = duckdb.connect()
        read_raw(self.connection, inbox)
        self.connection.execute((HERE / "00_shared.sql").read_text(encoding="utf-8"))
        self.connection.execute("create temp table fixed_costs (month varchar, amount bigint)")
        for month, amount in (fixed_costs or {}).items():
            self.connection.execute("insert into fixed_costs values (?, ?)", [month, amount])

    def total(self, metric: str) -> float | None:
        """The value over all time."""
        values = self._cut(metric, "'all'")
        return next(iter(values.values()), None)

    def by_month(self, metric: str) -> Values:
        """`2026-03` to the value of that month in Madrid."""
        return self.by_period(metric, "month")

    def by_period(self, metric: str, grain: str) -> Values:
        """The first month of each period in Madrid to its value."""
        assert grain in self.grains(metric), f"{metric} is not cut by {grain}"
        return self._cut(metric, grain)

    def by_month_and_dimension(self, metric: str, dimension: str) -> Values:
        """`2026-03 VALUE` to the value of that month and value of the dimension."""
        assert dimension in self.sections[metric].monthly_dimensions
        return self._cut(metric, f"month || ' ' || coalesce({dimension}, '')")

    def by_dimension(self, metric: str, dimension: str) -> Values:
        """Value of the dimension (the empty text for none) to the metric's value."""
        assert dimension in self.sections[metric].dimensions, f"{metric} is not cut by {dimension}"
        return self._cut(metric, dimension)

    def has_total(self, metric: str) -> bool:
        """Whether the metric means something over all time."""
        return "total" in self.sections[metric].cuts

    def grains(self, metric: str) -> tuple[str, ...]:
        """The grains of time that the metric is calculated by."""
        return tuple(cut for cut in self.sections[metric].cuts if cut != "total")

    def _cut(self, metric: str, cut: str) -> Values:
        sql = self.sections[metric].sql.replace("{cut}", cut)
        rows = self.connection.execute(sql).fetchall()
        return {
            "" if key is None else str(key): None if value is None else float(value)
            for key, value in rows
        }
