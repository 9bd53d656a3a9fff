"""Fault 14: late and out-of-order records, an older version after a newer one.

The newest by the source's own time wins, and the past period it belongs to is restated, the same way
incrementally as in full.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.differences import table_differences
from tests.warehouse import Warehouse

pytestmark = pytest.mark.slow

SETTINGS = {
    "time_zone": "Europe/Madrid",
    "sources": {
        "shop": {
            "streams": {
                "orders": {
                    "files": "orders_*.csv",
                    "columns": {
                        "order_id": "id",
                        "account_id": "account",
                        "ordered_at": "ordered",
                        "status": "status",
                        "updated_at": "changed",
                    },
                    "deleted": "gone",
                },
                "order_lines": {
                    "files": "lines_*.csv",
                    "columns": {
                        "order_id": "id",
                        "line_no": {"value": 1},
                        "product_id": {"value": "p"},
                        "quantity": {"value": 1},
                        "unit_price": "price",
                    },
                },
                "calls": {
                    "files": "calls_*.csv",
                    "columns": {
                        "call_id": "id",
                        "direction": {"value": "inbound"},
                        "started_at": "at",
                        "disposition": {"value": "answered"},
                        "talk_seconds": "talk",
                    },
                    "deleted": "gone",
                },
            }
        }
    },
}
ORDERS, LINES, CALLS = "id,account,ordered,status,changed,gone", "id,price", "id,at,talk,gone"


def by_month(made: Warehouse) -> dict[str, tuple[float, int]]:
    """Month to revenue and seconds of talk."""
    rows = made.mart(
        "select month, sum(revenue), sum(talk) from ("
        "select strftime(ordered_on, '%m') as month, net_amount as revenue, 0 as talk "
        "from customer.fct_order_lines where not is_cancelled union all "
        "select strftime(started_on, '%m'), 0, talk_seconds from activity.fct_calls) group by 1"
    )
    return {str(month): (float(str(revenue)), int(str(talk))) for month, revenue, talk in rows}


DELIVERIES = (
    # what arrives, and what each month must then be, calculated by hand
    (
        {
            "orders_05.csv": [ORDERS, "o1,a,2026-05-10,completed,2026-05-10 09:00,"],
            "lines_05.csv": [LINES, "o1,100"],
            "calls_3.csv": [CALLS, "k1,2026-05-12 10:00,60,", "k2,2026-05-12 11:00,5,"],
        },
        {"05": (100.0, 65)},
    ),
    # three months late: an order and a call of March, and o1 newly priced
    (
        {
            "orders_06.csv": [ORDERS, "o2,a,2026-03-15,completed,2026-06-01 09:00,"],
            "lines_06.csv": [LINES, "o2,40", "o1,110"],
            "calls_4.csv": [CALLS, "k3,2026-03-31 23:30,30,", "k1,2026-05-12 10:00,90,"],
        },
        {"03": (40.0, 30), "05": (110.0, 95)},
    ),
    # a version of o2 that is older by its own time, in a file that is newer by name; older versions of k1 and
    # of o1's line in files that are older by name
    (
        {
            "orders_07.csv": [ORDERS, "o2,a,2026-03-15,cancelled,2026-05-31 09:00,"],
            "lines_04.csv": [LINES, "o1,7"],
            "calls_2.csv": [CALLS, "k1,2026-05-12 10:00,1,"],
        },
        {"03": (40.0, 30), "05": (110.0, 95)},
    ),
    # corrected: o2 belongs to February; deleted: k2. An older version of k2 that follows does not bring it back
    (
        {
            "orders_08.csv": [ORDERS, "o2,a,2026-02-28,completed,2026-06-02 09:00,"],
            "calls_5.csv": [CALLS, "k2,2026-05-12 11:00,5,yes"],
        },
        {"02": (40.0, 0), "03": (0.0, 30), "05": (110.0, 90)},
    ),
    (
        {
            "calls_1.csv": [CALLS, "k2,2026-05-12 11:00,5,"],
            "orders_09.csv": [ORDERS, "o1,a,2026-05-10,completed,2026-06-03 09:00,yes"],
        },
        {"02": (40.0, 0), "03": (0.0, 30), "05": (0.0, 90)},
    ),
)


def test_each_delivery_restates_the_periods_it_speaks_of(tmp_path: Path) -> None:
    """I5: month by month as calculated by hand, and row for row as a full rebuild."""
    config = tmp_path / "embudo.yml"
    config.write_text(yaml.safe_dump(SETTINGS), encoding="utf-8")
    (tmp_path / "inbox").mkdir()
    kept, rebuilt = (
        Warehouse.of(
            config=config,
            home=tmp_path / name,
            select=("+fct_order_lines", "+fct_calls"),
        )
        for name in ("kept", "rebuilt")
    )
    for files, expected in DELIVERIES:
        for name, lines in files.items():
            (tmp_path / "inbox" / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        assert kept.refresh().loads
        assert {month: both for month, both in by_month(kept).items() if any(both)} == expected
    rebuilt.refresh()
    assert table_differences(kept.directory, rebuilt.directory, at_least=2) == {}
