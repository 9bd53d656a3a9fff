"""The rows of a file before they are cast: which are kept, left out, or fail."""

from __future__ import annotations

import duckdb

from orchestration.ingestion.casts import Origin
from orchestration.ingestion.mapped_rows import mapped_rows, value_of
from orchestration.ingestion.mapping import MappedColumn, MappedFile
from orchestration.settings.contract import ContractColumn, StreamContract

STREAM = StreamContract(
    name="things",
    columns=(ContractColumn("id", "varchar", required=True), ContractColumn("n", "bigint")),
    added=(),
    keys=("id",),
)
RELATION = (
    "select a, b, row_number() over () as row_number, row_number() over () + 1 as _line, 1 as _present, "
    "null as _broken from (values ('1', '10'), ('2', 'x'), (null, null), ('4', '40')) t(a, b)"
)


def rows(*, where: str | None, failing: dict[str, str]) -> list[tuple[object, ...]]:
    mapped = MappedFile(
        relation=RELATION,
        columns=(
            MappedColumn("id", "a", Origin.LOCAL),
            MappedColumn("n", "(cast(b as int) + 1)", Origin.TYPED, is_expression=True),
        ),
        where=where,
        deleted=None,
        extra="null",
        raw="null",
        is_empty="coalesce(a, b) is null",
        rows_each=1,
        unpivoted_value=None,
    )
    query = mapped_rows(mapped, STREAM, keep_raw=False, failing=failing)
    picked = f"{value_of('id')}, {value_of('n')}, _kept, _excluded, _failed"
    with duckdb.connect() as connection:
        connection.execute("set disabled_optimizers = 'common_subexpressions'")
        return connection.execute(f"select {picked} from ({query}) order by _line").fetchall()


def test_sql_is_not_evaluated_for_rows_that_are_left_out() -> None:
    assert rows(where="a <> '2'", failing={}) == [
        ("1", 11, True, False, None),
        ("2", None, False, True, None),
        (None, None, False, False, None),
        ("4", 41, True, False, None),
    ]


def test_rows_on_which_sql_fails_are_kept_with_the_reason() -> None:
    assert rows(where=None, failing={"n": "n fails"}) == [
        ("1", 11, True, False, None),
        ("2", None, True, False, "n fails"),
        (None, None, False, False, None),
        ("4", 41, True, False, None),
    ]


def test_a_condition_that_fails_keeps_its_row() -> None:
    mapped = rows(where="cast(b as int) > 20", failing={"where": "where fails", "n": "n fails"})
    assert mapped == [
        ("1", None, False, True, None),
        ("2", None, True, False, "where fails; n fails"),
        (None, None, False, False, None),
        ("4", 41, True, False, None),
    ]
