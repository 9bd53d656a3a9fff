"""I3: nothing is lost. Rows that break the contract or the format wait in quarantine, with their
true line.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from orchestration import ingestion
from tests.unit.ingestion.making_company import Company

COLUMNS = {
    "order_id": "id",
    "account_id": "acc",
    "ordered_at": "day",
    "status": "status",
    "channel": "note",
}


def order(number: int) -> bytes:
    return b"%d,a%d,2026-01-%02d,completed,note %d" % (number, number % 7, number % 28 + 1, number)


def test_ten_broken_lines_of_a_thousand_then_mended(company: Company) -> None:
    """The scene of issue 2: 990 land, ten wait; the mended file brings them once."""
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
    found = company.quarantine()
    assert [line for line, _ in found] == [index + 1 for index in sorted(broken)]
    reasons = [reason for _, reason in found]
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


def test_exported_rows_come_back_mended(company: Company) -> None:
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


def test_lines_are_physical_after_blank_lines_and_quoted_line_breaks(company: Company) -> None:
    text = (
        "id,acc,day,status,note\r\n"
        '1,a,2026-01-01,completed,"two\r\n\r\nlines, and ""more"""\r\n'
        "\r\n"
        "2,a,bad,completed,x\r\n"
        '3,a,2026-01-01,completed,"one\nmore"\n'
        "4,a,2026-01-01,completed,x\r\n"
        "5,a,2026-01-01,completed\r\n"
    )
    company.drop("o.csv", text)
    company.map("orders", {"files": "*.csv", "columns": COLUMNS})
    company.land()
    assert company.rows("select order_id, _line, channel from landing.orders order by 1") == [
        ("1", 2, 'two\r\n\r\nlines, and "more"'),
        ("3", 7, "one\nmore"),
        ("4", 9, "x"),
    ]
    assert [line for line, _ in company.quarantine()] == [6, 10]


def test_one_row_with_several_faults_is_one_quarantined_row(company: Company) -> None:
    company.drop("o.csv", "id,acc,day,status,note\n,,bad,what,x\n")
    company.map("orders", {"files": "*.csv", "columns": COLUMNS})
    [load] = company.land().loads
    assert load.rows_quarantined == 1
    [(_, reason)] = company.quarantine()
    for word in (
        "order_id: is empty",
        "ordered_at: found 'bad'",
        "status: found 'what'",
        "needs an account_id",
    ):
        assert word in reason


def test_private_values_are_not_in_reasons(company: Company) -> None:
    company.drop("c.csv", "id,mail,when\n1,secret@x.es,never\n")
    company.map(
        "contacts",
        {"files": "*.csv", "columns": {"contact_id": "id", "email": "mail", "created_at": "when"}},
    )
    company.land()
    assert "secret" not in company.quarantine()[0][1]
    assert (
        company.rows(
            "select column_name from (describe landing.quarantined) where column_name = 'raw'"
        )
        == []
    )


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


def test_missing_column_sets_the_file_aside_with_the_nearest_name(company: Company) -> None:
    company.drop("a.csv", "id,acct,day,status,note\n1,a,2026-01-01,completed,x\n")
    company.drop("b.csv", "id,acc,day,status,note\n2,a,2026-01-01,completed,x\n")
    company.map("orders", {"files": "*.csv", "columns": COLUMNS})
    result = company.land()
    [aside] = result.rejected_files
    assert aside.file == "a.csv"
    assert "'acc' (nearest: 'acct')" in aside.reason
    assert company.rows("select order_id from landing.orders") == [("2",)]
    assert company.land() == type(result)(loads=())


@pytest.mark.parametrize("seed", range(40))
def test_damage_at_random_never_loses_a_row(company: Company, seed: int) -> None:
    """Bytes thrown into a CSV: rows read = landed + quarantined, and untouched rows far from damage
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
