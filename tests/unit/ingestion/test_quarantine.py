"""Rows that break the contract: kept with file, line and reason, exported, repaired and landed once."""

from __future__ import annotations

from orchestration import ingestion
from tests.unit.ingestion.factories import Company

COLUMNS = {
    "order_id": "id",
    "account_id": "acc",
    "ordered_at": "day",
    "status": "status",
    "channel": "note",
}


def order(number: int) -> bytes:
    return b"%d,a%d,2026-01-%02d,completed,note %d" % (number, number % 7, number % 28 + 1, number)


def test_ten_broken_lines_of_a_thousand_then_repaired(company: Company) -> None:
    """990 rows land, ten wait in quarantine; the repaired file brings them once."""
    lines = [order(number) for number in range(1, 1001)]
    broken = {
        11: b"11,a1,not a date,completed,x",
        50: b"50,a1,2026-02-30,completed,x",
        100: b"100,a1,2026-01-01,completed",
        101: b"101,a1,2026-01-01,completed,x,y",
        222: b"222,a1,2026-01-01,completed,caf\xe9",
        333: b'333,a1,2026-01-01,completed,"never closed',
        444: b"444,a1,1969-12-31,completed,x",
        555: b"555,a1,2026-01-01,complete,x",
        700: b",a1,2026-01-01,completed,x",
        999: b"999,a1,2026-01-01,compl\x00eted,x",
    }
    damaged = [broken.get(index, line) for index, line in enumerate(lines, start=1)]
    company.drop("orders.csv", b"id,acc,day,status,note\n" + b"\n".join(damaged) + b"\n")
    company.map("orders", {"files": "orders*.csv", "columns": COLUMNS})
    [load] = company.land().loads
    assert (load.rows_read, load.rows_landed, load.rows_quarantined) == (1000, 990, 10)
    quarantined = company.quarantine()
    assert [line for line, _ in quarantined] == [index + 1 for index in sorted(broken)]
    reasons = [reason for _, reason in quarantined]
    for reason, word in zip(
        reasons,
        [
            "ordered_at: found 'not a date'",
            "2026-02-30",
            "found 4 fields, expected 5",
            "found 6 fields",
            "0xe9 is not UTF-8",
            "never closed",
            "1969-12-31",
            "'complete', expected one of",
            "order_id: is empty",
            "NUL",
        ],
        strict=True,
    ):
        assert word in reason
    kept = {row.line: row.raw for row in ingestion.quarantine.list_open(company.home)}
    assert kept[12] == broken[11].decode()
    assert kept[334] == broken[333].decode()

    company.drop("orders.csv", b"id,acc,day,status,note\n" + b"\n".join(lines) + b"\n")
    company.land()
    assert company.quarantine() == []
    assert company.rows("select count(distinct order_id) from landing.orders") == [(1000,)]
    assert company.rows("select count(*) from landing.quarantined") == [(0,)]
    assert not company.land().loads


def test_exported_rows_come_back_repaired(company: Company) -> None:
    company.drop(
        "orders_1.csv",
        "id,acc,day,status,note\n1,a,2026-01-01,completed,x\n2,a,mañana,completed,x\n",
    )
    company.map("orders", {"files": "orders*.csv", "columns": COLUMNS})
    company.land()
    [path] = ingestion.quarantine.export(
        company.home, to=company.root / "out", source="crm", stream="orders"
    )
    assert path.name == "orders_1.repaired.csv"
    text = path.read_text()
    assert text == "id,acc,day,status,note\n2,a,mañana,completed,x\n"
    company.drop(path.name, text.replace("mañana", "2026-01-02"))
    company.land()
    assert company.quarantine() == []
    assert company.rows("select order_id, _file from landing.orders order by 1") == [
        ("1", "orders_1.csv"),
        ("2", "orders_1.repaired.csv"),
    ]
