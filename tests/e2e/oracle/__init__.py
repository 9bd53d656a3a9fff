"""Metrics worked out by hand: SQL straight over the raw files of a sandbox company, never over the models.

Each `.sql` file but the prelude is a list of sections: `-- metric: NAME`, `-- by: DIMENSION, …`, perhaps
`-- cuts: month` where there is no total, then one statement with `{cut}` in the place of what to group by.
"""

from __future__ import annotations

import re
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
    sql: str


def sections() -> dict[str, Section]:
    """Every metric that the oracle answers."""
    found: dict[str, Section] = {}
    for path in sorted(HERE.glob("*.sql")):
        if path.name.startswith("00_"):
            continue
        for part in re.split(r"(?m)^-- metric: ", path.read_text(encoding="utf-8"))[1:]:
            name, _, rest = part.partition("\n")
            notes = dict(re.findall(r"(?m)^-- (by|cuts): (.*)$", rest))
            assert name not in found, f"{path.name}: {name} twice"
            found[name.strip()] = Section(
                metric=name.strip(),
                dimensions=_listed(notes.get("by", "")),
                cuts=_listed(notes.get("cuts", "total, month")),
                sql=rest.strip().rstrip(";"),
            )
    return found


def _listed(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(",") if item.strip())


def load_excel(connection: duckdb.DuckDBPyConnection) -> None:
    """DuckDB's Excel reader, from its wheel."""
    import duckdb_extension_excel

    folder = Path(duckdb_extension_excel.__file__).parent
    (extension,) = folder.rglob("excel.duckdb_extension")
    connection.execute(f"load '{extension}'")


class Oracle:
    """Answers of the hand-written SQL for one inbox."""

    def __init__(self, inbox: Path, *, database: Path | str = ":memory:") -> None:
        self.sections = sections()
        self.connection = duckdb.connect(database)
        load_excel(self.connection)
        self.connection.execute("set enable_progress_bar = false")
        self.connection.execute("set variable inbox = $1", [str(inbox)])
        sheets = sorted(inbox.glob("marketing/spend_*.xlsx"))
        read = " union all ".join(
            f"select *, '{path.name}' as filename from read_xlsx('{path}', all_varchar = true)"
            for path in sheets
        )
        self.connection.execute(f"create temp table read_sheets as {read}")
        self.connection.execute((HERE / "00_prelude.sql").read_text(encoding="utf-8"))

    def total(self, metric: str) -> float | None:
        """The value over all time."""
        values = self._cut(metric, "'all'")
        return next(iter(values.values()), None)

    def by_month(self, metric: str) -> Values:
        """`2026-03` to the value of that month in Madrid."""
        return self._cut(metric, "month")

    def by_dimension(self, metric: str, dimension: str) -> Values:
        """Value of the dimension (the empty text for none) to the metric's value."""
        assert dimension in self.sections[metric].dimensions, f"{metric} is not cut by {dimension}"
        return self._cut(metric, dimension)

    def has_total(self, metric: str) -> bool:
        """Whether the metric means something over all time."""
        return "total" in self.sections[metric].cuts

    def has_months(self, metric: str) -> bool:
        """Whether the metric is worked out by month."""
        return "month" in self.sections[metric].cuts

    def _cut(self, metric: str, cut: str) -> Values:
        sql = self.sections[metric].sql.replace("{cut}", cut)
        rows = self.connection.execute(sql).fetchall()
        return {
            "" if key is None else str(key): None if value is None else float(value)
            for key, value in rows
        }
