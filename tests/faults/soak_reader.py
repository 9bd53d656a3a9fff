"""One reader of the soak: queries the current release again and again, and compares each answer with the days
that the release reports. Ends when the file named last is there; prints its counts as JSON.

    python -m tests.faults.soak_reader KIND HOME STOP     KIND: fresh, held or metrics
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb

from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest
from tests.faults.tiny_company import ORDERS_A_DAY, expected

LINES = "select count(*), cast(sum(net_amount) as bigint) from marts.customer.fct_order_lines"
ORDERS = "select count(*) from marts.customer.fct_orders"
VALUES = (
    "select cast(sum(value) as bigint) from marts.performance.metric_values "
    "where metric = 'revenue' and value is not null"
)
LANDED = "select cast(sum(rows_landed) as bigint) from warehouse.landing.loads"
PAUSE_SECONDS = 0.3
LOOKS_PER_HELD_RELEASE = 10


@dataclass
class Counts:
    """What one reader saw. `wrong` and `errors` hold what they were."""

    kind: str
    reads: int = 0
    releases: int = 0
    wrong: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def wrong_answer(release: Path, connection: duckdb.DuckDBPyConnection) -> str:
    """What is inconsistent in a release; empty where it is intact."""
    orders = _one(connection, ORDERS)
    days = orders // ORDERS_A_DAY
    row = connection.execute(LINES).fetchone()
    actual = {
        "lines": row,
        "metric values": (orders, _one(connection, VALUES)),
        "rows landed": _one(connection, LANDED),
        "loads": _one(connection, "select count(*) from warehouse.landing.loads"),
    }
    promised = json.loads((release / "release.json").read_text())
    wanted = {
        "lines": expected(days),
        "metric values": expected(days),
        "rows landed": 2 * orders,
        "loads": len(promised["loads"]),
    }
    return "" if actual == wanted else f"{release.name}: {actual}, expected {wanted}"


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def _attached(release: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    for name in ("marts", "warehouse"):
        connection.execute(f"attach '{release / f'{name}.duckdb'}' as {name} (read_only)")
    return connection


def fresh(home: Path) -> Iterator[tuple[str, str]]:
    """Reopen the current release each time."""
    release = (home / "current").resolve()
    with _attached(release) as connection:
        yield release.name, wrong_answer(release, connection)


def held(home: Path) -> Iterator[tuple[str, str]]:
    """Hold a release for a while, and see that it does not change."""
    release = (home / "current").resolve()
    with _attached(release) as connection:
        first = connection.execute(LINES).fetchone()
        yield release.name, wrong_answer(release, connection)
        for _ in range(LOOKS_PER_HELD_RELEASE):
            time.sleep(PAUSE_SECONDS)
            now = connection.execute(LINES).fetchone()
            yield release.name, "" if now == first else f"{release.name} went from {first} to {now}"


def metrics(home: Path) -> Iterator[tuple[str, str]]:
    """Ask the semantic layer, as `embudo query` does."""
    with SemanticLayer.open(home / "current") as layer:
        answer = layer.query(QueryRequest(metrics=("orders", "revenue")))
        orders, revenue = (int(answer.table[name][0].as_py()) for name in ("orders", "revenue"))
        actual, wanted = (orders, revenue), expected(orders // ORDERS_A_DAY)
        same = answer.trust.release_id == layer.release_id
        yield layer.release_id, "" if actual == wanted and same else f"{actual}, expected {wanted}"


KINDS: dict[str, Callable[[Path], Iterator[tuple[str, str]]]] = {
    "fresh": fresh, "held": held, "metrics": metrics,
}  # fmt: skip


def read(kind: str, home: Path, stop: Path) -> Counts:
    """Read until `stop` is there."""
    counts, seen = Counts(kind), ""
    while not stop.exists():
        began = time.monotonic()
        try:
            for release, wrong in KINDS[kind](home):
                counts.reads += 1
                if wrong:
                    counts.wrong.append(wrong)
                if release < seen:
                    counts.wrong.append(f"went back from {seen} to {release}")
                counts.releases += release != seen
                seen = release
        except Exception as error:
            counts.errors.append(f"{type(error).__name__}: {error}")
        # Planning a metric takes a core for a second; half of one is enough to read all the while.
        time.sleep(max(PAUSE_SECONDS, time.monotonic() - began))
    return counts


if __name__ == "__main__":
    print(json.dumps(asdict(read(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))))
