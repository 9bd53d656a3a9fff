"""Every row of a file is counted: landed, quarantined or skipped (I3)."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.unit.ingestion.factories import Company

pytestmark = pytest.mark.slow

COLUMNS = {
    "order_id": "id",
    "account_id": "acc",
    "ordered_at": "day",
    "status": "status",
    "channel": "note",
}


def order(number: int) -> bytes:
    return b"%d,a%d,2026-01-%02d,completed,note %d" % (number, number % 7, number % 28 + 1, number)


def test_rows_left_to_other_streams_count_as_skipped(company: Company) -> None:
    company.drop(
        "o.csv", "id,acc,day,status,note\n1,a,2026-01-01,completed,x\n2,a,bad,completed,y\n,,,,\n"
    )
    company.map("orders", {"files": "*.csv", "columns": COLUMNS, "where": "note = 'x'"})
    [load] = company.land().loads
    assert (load.rows_read, load.rows_landed, load.rows_quarantined, load.rows_skipped) == (
        3,
        1,
        0,
        2,
    )


def test_unpivot_counts_each_cell(company: Company) -> None:
    company.drop("t.csv", "year,who,M01,M02\n2026,u1,10,-\n2026,u2,x,30\n2026,u3\n")
    company.map(
        "targets",
        {
            "files": "t.csv",
            "unpivot": {"columns": ["M01", "M02"], "name": "month", "value": "amount"},
            "columns": {
                "metric": {"value": "revenue"},
                "scope": {"value": "rep"},
                "scope_key": "who",
                "period_grain": {"value": "month"},
                "period_start": {"sql": "year || '-' || substr(month, 2) || '-01'"},
                "target": "amount",
            },
        },
        format={"nulls": ["-"]},
    )
    [load] = company.land().loads
    assert (load.rows_read, load.rows_landed, load.rows_quarantined, load.rows_skipped) == (
        5,
        2,
        2,
        1,
    )
    assert company.rows(
        "select scope_key, cast(period_start as varchar) from landing.targets order by 1"
    ) == [
        ("u1", "2026-01-01"),
        ("u2", "2026-02-01"),
    ]


@pytest.mark.parametrize("seed", range(40))
def test_random_corruption_never_loses_a_row(company: Company, seed: int) -> None:
    """Bytes thrown into a CSV: rows read = landed + quarantined, and untouched rows far from the corruption
    land.
    """
    chance = random.Random(seed)
    rows = [order(number) for number in range(1, 201)]
    rows[20] = b'21,a1,2026-01-01,completed,"two\nlines"'
    content = bytearray(b"id,acc,day,status,note\n" + b"\n".join(rows) + b"\n")
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(30, len(content))
        junk = chance.choice([b'"', b"\x00", b"\xff", b",", b"\r", b"\n", b'""', b"\xc3", b'","'])
        content[at:at] = junk
    company.drop("o.csv", bytes(content))
    company.map("orders", {"files": "*.csv", "columns": COLUMNS})
    result = company.land()
    assert not result.rejected_files
    [load] = result.loads
    assert load.rows_read == load.rows_landed + load.rows_quarantined + load.rows_skipped
    assert load.rows_landed >= 185
    assert load.rows_read >= 198


def test_a_record_over_ten_megabytes(company: Company, tmp_path: Path) -> None:
    company.drop(
        "o.csv",
        b"id,acc,day,status,note\n1,a,2026-01-01,completed," + b"x" * (11 << 20) + b"\n" + order(2),
    )
    company.map("orders", {"files": "*.csv", "columns": COLUMNS})
    [load] = company.land().loads
    assert (load.rows_landed, load.rows_quarantined) == (1, 1)
    assert "longer than 10 MB" in company.quarantine()[0][1]
