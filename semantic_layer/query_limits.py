"""What one query may cost: seconds in DuckDB, and rows of its answer.

A person's own command line has no limits; a server that answers many has. What is asked for is limited by those who
read requests, not here.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.core.errors import QueryInvalid

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_BATCH_ROWS = 10_000


@dataclass(frozen=True, kw_only=True)
class QueryLimits:
    """The most that one query may take; None is without a limit."""

    seconds: float | None = None
    rows: int | None = None


NO_LIMITS = QueryLimits()


def fetch(
    cursor: duckdb.DuckDBPyConnection,
    sql: str,
    parameters: Sequence[object] = (),
    *,
    limits: QueryLimits = NO_LIMITS,
) -> pa.Table:
    """The answer of one statement; raises `QueryInvalid` where it passes a limit."""
    import duckdb

    if limits.seconds is None:
        return _rows(cursor, sql, parameters, limits)
    expired = threading.Event()

    def stop() -> None:
        expired.set()
        cursor.interrupt()

    timer = threading.Timer(limits.seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        return _rows(cursor, sql, parameters, limits)
    except (duckdb.Error, RuntimeError, OSError) as error:
        if not expired.is_set():
            raise
        raise QueryInvalid(
            f"The query took longer than {limits.seconds:g} seconds and was stopped. Request fewer "
            "columns, a coarser grain or a shorter time."
        ) from error
    finally:
        timer.cancel()


def _rows(
    cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[object], limits: QueryLimits
) -> pa.Table:
    import pyarrow as pa

    answer = cursor.execute(sql, list(parameters))
    if limits.rows is None:
        return answer.to_arrow_table()
    reader = answer.to_arrow_reader(_BATCH_ROWS)
    batches: list[pa.RecordBatch] = []
    count = 0
    for batch in reader:
        count += batch.num_rows
        if count > limits.rows:
            raise QueryInvalid(
                f"The answer has more than {limits.rows:,} rows. Request a coarser grain, fewer "
                "dimensions or a shorter time, or set a limit."
            )
        batches.append(batch)
    return pa.Table.from_batches(batches, schema=reader.schema)
