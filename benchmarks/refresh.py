"""`python -m benchmarks.refresh [--scale 1]`: a whole refresh of the sandbox beside hand-written SQL.

Four refreshes (first, nothing new, a new day, full) and the script of marts.sql on the same files, then both
sides' marts by rows and sums. The cost of the first without data is measured separately, as that of a company with
one row.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

import sandbox
from benchmarks.measurement import Measurement, measure

EMBUDO = str(Path(sys.executable).with_name("embudo"))

# Hand-written mart to the same rows of Embudo's, with a sum of each.
SAME: dict[str, tuple[str, str]] = {
    "fct_orders": ("sum(net_amount)", "sum(net_amount) from customer.fct_orders where not is_cancelled"),
    "fct_order_lines": (
        "sum(margin_amount)",
        "sum(margin_amount) from customer.fct_order_lines where not is_cancelled and quantity is not null",
    ),
    "dim_customers": (
        "sum(revenue_amount)", "sum(revenue_amount) from customer.dim_customers where has_ordered"
    ),
    "fct_customer_months": (
        "count(*) filter (is_active)",
        "count(*) filter (is_active) from customer.fct_customer_months",
    ),
    "fct_customer_month_ends": (
        "count(*) filter (is_loyal) + 1000 * count(*) filter (is_at_risk)",
        "count(*) filter (is_loyal) + 1000 * count(*) filter (is_at_risk) from customer.fct_customer_month_ends",
    ),
    "fct_calls": (
        "sum(talk_s) + count(*) filter (is_recovered)",
        "sum(talk_seconds) + count(*) filter (is_recovered) from activity.fct_calls where direction <> 'internal'",
    ),
    "fct_activities": (
        "count(*) filter (is_conversation)",
        "count(*) filter (is_conversation) from activity.fct_activities",
    ),
    "fct_campaign_emails": (
        "count(*) filter (is_opened)", "count(*) filter (is_opened) from activity.fct_campaign_emails"
    ),
    "fct_touch_credits": (
        "sum(last_touch_amount)", "sum(last_touch_amount) from customer.fct_touch_credits"
    ),
    "fct_deals": ("sum(amount)", "sum(amount) from funnel.fct_deals"),
    "fct_leads": (
        "sum(response_seconds)", "sum(response_seconds) from funnel.fct_leads"
    ),
    "fct_open_deals_daily": (
        "sum(amount)", "sum(amount) from funnel.fct_open_deals_daily where open_count > 0"
    ),
    "fct_stage_visits": (
        "count(left_at)", "count(left_at) from funnel.fct_stage_visits"
    ),
    "fct_rep_months": (
        "sum(revenue_amount)", "sum(revenue_amount) from performance.fct_rep_months"
    ),
}  # fmt: skip

ONE_ROW = """
company: One row
sources:
  crm:
    streams:
      contacts: {files: contacts.csv, columns: {contact_id: id, created_at: created}}
"""


def main() -> None:
    """Generate the company, measure both sides, print tables; exits 1 where their marts differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.refresh", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="1 is 25,000 orders in 24 months")
    parser.add_argument("--months", type=int, default=24)
    options = parser.parse_args()
    console = Console(highlight=False)
    with tempfile.TemporaryDirectory(prefix="embudo-benchmark-") as name:
        folder = Path(name)
        company = folder / "company"
        truth = sandbox.generate(
            company,
            scale=options.scale,
            months=options.months,
            until=sandbox.END - timedelta(days=1),
        )
        rows = sum(stream.read for stream in truth.streams.values())
        console.print(f"{rows:,} raw rows, scale {options.scale:g}, {options.months} months")
        by_hand = folder / "hand.duckdb"
        hand = measure(
            [sys.executable, "-m", "benchmarks.hand_written", str(company / "inbox"), str(by_hand)]
        )
        home = folder / "home"
        refresh = [EMBUDO, "refresh", "--config", str(company / "embudo.yml"), "--home", str(home)]
        first = measure(refresh)
        steps = _steps(home)
        differences = _compare(by_hand, home / "current" / "marts.duckdb", console)
        nothing = measure(refresh)
        sandbox.generate_day(company)
        day = measure(refresh)
        full = measure([*refresh, "--full"])
        empty = measure(_one_row(folder / "one"))
    _print(
        console,
        {
            "hand-written SQL": hand,
            "first refresh": first,
            "  of which start-up (company of one row)": empty,
            "nothing new": nothing,
            "a new day, incremental": day,
            "full rebuild from landing": full,
        },
    )
    console.print("Steps of the first refresh: " + json.dumps(steps))
    work = first.processor - empty.processor
    console.print(
        f"Processor time of the data work: {work:.1f} s, {work / hand.processor:.2f} times the "
        f"hand-written script's {hand.processor:.1f} s; the refresh also lands, tests, gates and evaluates."
    )
    sys.exit(1 if differences else 0)


def _one_row(folder: Path) -> list[str]:
    (folder / "inbox").mkdir(parents=True)
    (folder / "embudo.yml").write_text(ONE_ROW, encoding="utf-8")
    (folder / "inbox" / "contacts.csv").write_text("id,created\nc1,2026-06-01\n", encoding="utf-8")
    return [
        EMBUDO, "refresh", "--config", str(folder / "embudo.yml"), "--home", str(folder / "home")
    ]  # fmt: skip


def _steps(home: Path) -> dict[str, float]:
    """Seconds of each step of the last refresh, from the ledger."""
    with closing(sqlite3.connect(home / "ledger.sqlite")) as ledger:
        (detail,) = ledger.execute(
            "select detail from refreshes order by started_at desc limit 1"
        ).fetchone()
    return {name: round(seconds, 1) for name, seconds in json.loads(detail)["steps"].items()}


def _compare(by_hand: Path, marts: Path, console: Console) -> int:
    """Print rows and sums of each mart on both sides; returns how many differ."""
    table = Table(title="The same marts", title_justify="left")
    for column in ("Mart", "Rows", "Sum", "Sum by hand", "Same"):
        table.add_column(column, justify="left" if column == "Mart" else "right")
    different = 0
    with (
        duckdb.connect(str(by_hand), read_only=True) as ours,
        duckdb.connect(str(marts), read_only=True) as theirs,
    ):
        for name, (by_hand_sql, embudo_sql) in SAME.items():
            hand = ours.execute(f"select count(*), {by_hand_sql} from {name}").fetchone()
            mart = theirs.execute(f"select count(*), {embudo_sql}").fetchone()
            assert hand and mart
            same = hand[0] == mart[0] and abs(float(hand[1] or 0) - float(mart[1] or 0)) < 0.01
            different += not same
            table.add_row(
                name,
                f"{mart[0]:,}",
                f"{mart[1]:,}",
                f"{hand[1]:,}",
                "yes" if same else f"NO ({hand[0]:,})",
            )
    console.print(table)
    return different


def _print(console: Console, measurements: dict[str, Measurement]) -> None:
    table = Table(title="Measured", title_justify="left")
    for column in ("What", "Wall s", "Processor s", "Peak memory MB", "Wall / by hand"):
        table.add_column(column, justify="left" if column == "What" else "right")
    by_hand = next(iter(measurements.values()))
    for name, measurement in measurements.items():
        table.add_row(
            name, f"{measurement.wall:.1f}", f"{measurement.processor:.1f}", f"{measurement.memory / 1e6:,.0f}",
            f"{measurement.wall / by_hand.wall:.2f}",
        )  # fmt: skip
    console.print(table)


if __name__ == "__main__":
    main()
