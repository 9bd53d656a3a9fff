"""Small candidates, receipts and releases for tests, made without dbt and without the gate.

Run as a script (`python -m tests.unit.publication.factories HOME RUN_ID`) it makes and publishes one
candidate, so that a test can kill it at a named step.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.core.records import CheckResult, Release
from orchestration.publication import (
    Candidate,
    prepare_candidate,
    prune,
    publish,
    recover,
    refresh_lock,
    seal,
)
from orchestration.settings import Home

REQUIRED = ("dbt.unique_fct_orders_order_key", "marts.customer.fct_orders.net_amount")

PASSED = tuple(
    CheckResult(
        gate=2, name=name, subject="fct_orders", outcome="pass", severity="error",
        observed="0", expected="0",
    )
    for name in REQUIRED
)  # fmt: skip


def build(candidate: Candidate, *, amount: int) -> None:
    """Stand in for dbt: one order of `amount` in marts, the refresh's settings and loads in the
    warehouse.
    """
    with duckdb.connect(str(candidate.warehouse)) as connection:
        connection.execute("create schema if not exists landing")
        connection.execute(
            "create or replace table landing.settings as select timestamp '2026-06-30 21:59:59' "
            "as as_of, 'EUR' as currency, 'Europe/Madrid' as time_zone"
        )
        connection.execute(
            "create or replace table landing.loads as select 'l1' as load_id, 1 as load_seq, "
            "'crm' as source, "
            "'orders' as stream, timestamp '2026-07-01 04:00:00' as landed_at"
        )
        connection.execute(
            f"create or replace table warehouse.main.amounts as select {amount} as amount"
        )
    with duckdb.connect(str(candidate.marts)) as connection:
        connection.execute("create schema if not exists customer")
        connection.execute(
            "create or replace table customer.fct_orders as "
            f"select 'crm:1' as order_key, {amount} as net_amount"
        )
    candidate.artifacts.mkdir(exist_ok=True)
    node = {
        "database": "marts", "schema": "customer", "name": "fct_orders",
        "resource_type": "model", "config": {"materialized": "table"}, "columns": {},
    }  # fmt: skip
    (candidate.artifacts / "manifest.json").write_text(
        json.dumps({"nodes": {"model.fct_orders": node}})
    )
    (candidate.artifacts / "semantic_manifest.json").write_text("{}")


def sign(
    candidate: Candidate,
    files: Mapping[str, str],
    *,
    checks: Sequence[CheckResult] = PASSED,
    required: Sequence[str] = REQUIRED,
    verdict: str = "pass",
    run_id: str | None = None,
) -> None:
    """Stand in for the gate: write a receipt."""
    receipt = {
        "run_id": run_id or candidate.run_id,
        "verdict": verdict,
        "files": dict(files),
        "required": list(required),
        "checks": [dataclasses.asdict(check) for check in checks],
        "signed_at": datetime.now(UTC).isoformat(),
    }
    candidate.receipt.write_text(json.dumps(receipt))


def make_candidate(home: Home, run_id: str, *, amount: int, full: bool = False) -> Candidate:
    """A candidate that is ready to be published."""
    candidate = prepare_candidate(home, run_id, full=full)
    build(candidate, amount=amount)
    sign(candidate, seal(candidate))
    return candidate


def make_release(home: Home, run_id: str, *, amount: int) -> Release:
    """Prepare, build, sign and publish."""
    return publish(home, make_candidate(home, run_id, amount=amount), required_checks=REQUIRED)


def amount_in(directory: Path) -> tuple[int, int]:
    """The amount in the marts and in the warehouse of a release: equal, where the release is not
    mixed.
    """
    with duckdb.connect(str(directory / "marts.duckdb"), read_only=True) as connection:
        marts = connection.execute("select net_amount from customer.fct_orders").fetchall()[0][0]
    with duckdb.connect(str(directory / "warehouse.duckdb"), read_only=True) as connection:
        warehouse = connection.execute("select amount from main.amounts").fetchall()[0][0]
    return marts, warehouse


def main() -> None:
    """One refresh in a process of its own."""
    root, run_id, amount = sys.argv[1:4]
    home = Home.at(root)
    with refresh_lock(home, run_id=run_id):
        recover(home)
        make_release(home, run_id, amount=int(amount))
        prune(home, 2)


if __name__ == "__main__":
    main()
