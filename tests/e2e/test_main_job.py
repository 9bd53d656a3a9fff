"""The main job as its users live it: broken lines, nothing new, a new day, a seeded fault."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

import sandbox
from tests.conftest import Embudo

pytestmark = pytest.mark.slow

CONTACTS = """
company: Diez Líneas
time_zone: Europe/Madrid
currency: EUR
sources:
  crm:
    format: {type: csv, date: "%d/%m/%Y", timestamp: "%d/%m/%Y"}
    streams:
      contacts:
        files: contacts.csv
        columns:
          contact_id: id
          full_name: name
          birth_year: born
          created_at: created
"""

GOOD = "c{n},Contact {n},1980,01/06/2026"
BROKEN = {
    100: b"c100,Contact 100,nineteen,01/06/2026",
    200: b"c200,Contact 200,1980",
    300: b"c300,Contact 300,1980,01/06/2026,extra",
    400: b"c400,Contact 400,1980,31/02/2026",
    450: b"c450,Contact 450,1980,2026-06-01 noon",
    500: b"c500,Contact \xff\xfe 500,1980,01/06/2026",
    600: b",Contact without a key,1980,01/06/2026",
    700: b'c700,"Contact"700",1980,01/06/2026',
    800: b"c800,Contact 800,1980.5,01/06/2026",
    900: b"c900,Contact 900,1980,",
}


def contact_lines(*, mended: bool) -> bytes:
    lines = [b"id,name,born,created"]
    for n in range(1, 1001):
        good = GOOD.format(n=n).encode()
        lines.append(good if mended else BROKEN.get(n, good))
    return b"\n".join(lines) + b"\n"


def releases(company: Embudo) -> list[dict[str, object]]:
    return list(json.loads(company("releases", "--format", "json").stdout))


def test_ten_broken_lines_among_a_thousand(tmp_path: Path) -> None:
    """990 land, ten are in quarantine with file, line and reason; the mended file replays them once."""
    config = tmp_path / "embudo.yml"
    config.write_text(CONTACTS, encoding="utf-8")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "contacts.csv").write_bytes(contact_lines(mended=False))
    company = Embudo(home=tmp_path / "home", config=config)

    company("refresh")
    assert company.query("new_contacts") == [{"new_contacts": 990}]
    rows = json.loads(Embudo(home=company.home)("quarantine", "--format", "json").stdout)
    assert [(row["file"], row["line"]) for row in rows] == [
        ("contacts.csv", n + 1) for n in sorted(BROKEN)
    ]
    reasons = {row["line"] - 1: row["reason"] for row in rows}
    for line, word in ((100, "birth_year"), (200, "fields"), (400, "created"), (600, "contact_id")):
        assert word in reasons[line]

    (inbox / "contacts.csv").write_bytes(contact_lines(mended=True))
    company("refresh")
    assert company.query("new_contacts") == [{"new_contacts": 1000}]
    assert "Nothing is in quarantine" in Embudo(home=company.home)("quarantine").stdout

    before = releases(Embudo(home=company.home))
    assert "Nothing is new" in company("refresh").stderr
    assert releases(Embudo(home=company.home)) == before


@pytest.fixture(scope="module")
def growing(tmp_path_factory: pytest.TempPathFactory) -> tuple[Embudo, Path]:
    """A small company up to the day before its last, refreshed."""
    folder = tmp_path_factory.mktemp("growing")
    end = date(2026, 6, 30)
    sandbox.generate(folder, scale=0.02, months=6, end=end, until=end - timedelta(days=1))
    company = Embudo(home=folder / "home", config=folder / "embudo.yml")
    company("refresh")
    return company, folder


def table_differences(first: Path, second: Path) -> dict[str, int]:
    """Rows that one of two releases' public marts has and the other has not, by table."""
    ours = ("quality.checks", "quality.loads")
    with duckdb.connect() as connection:
        for name, release in (("a", first), ("b", second)):
            connection.execute(f"attach '{release / 'marts.duckdb'}' as {name} (read_only)")
        tables = {
            name: {
                f'"{row[0]}"."{row[1]}"'
                for row in connection.execute(
                    "select schema_name, table_name from duckdb_tables() where database_name = ?",
                    [name],
                ).fetchall()
                if f"{row[0]}.{row[1]}" not in ours
            }
            for name in ("a", "b")
        }
        assert tables["a"] == tables["b"]
        assert len(tables["a"]) > 30
        different = {}
        for table in sorted(tables["a"]):
            # Means are doubles, and sums of doubles differ in their last digit with the order of rows.
            described = connection.execute(f"describe a.{table}").fetchall()
            columns = ", ".join(
                f'round("{name}", 6)' if kind == "DOUBLE" else f'"{name}"'
                for name, kind, *_ in described
            )
            first_rows, second_rows = (f"select {columns} from {name}.{table}" for name in "ab")
            row = connection.execute(
                f"select count(*) from (({first_rows} except all {second_rows}) union all "
                f"({second_rows} except all {first_rows}))"
            ).fetchone()
            if row and row[0]:
                different[table] = row[0]
    return different


def test_a_new_day_incrementally_equals_a_full_rebuild(growing: tuple[Embudo, Path]) -> None:
    """I5: an incremental refresh equals a full rebuild, row for row, table by table."""
    company, folder = growing
    sandbox.generate_day(folder)
    company("refresh")
    incremental = (company.home / "current").resolve()
    assert json.loads((incremental / "release.json").read_text())["full"] is False
    company("refresh", "--full")
    full = (company.home / "current").resolve()
    assert json.loads((full / "release.json").read_text())["full"] is True
    assert full != incremental
    assert table_differences(incremental, full) == {}


def test_a_seeded_fault_publishes_nothing(growing: tuple[Embudo, Path]) -> None:
    """I2: negative amounts in a tenth of the orders; the check is named, readers see what they saw."""
    company, folder = growing
    before = (company.home / "current").resolve()
    answer = company.query("revenue,orders")
    lines = sorted((folder / "inbox" / "shop").glob("lineas_*.parquet"))[0]
    with duckdb.connect() as connection:
        target = folder / "inbox" / "shop" / lines.name.replace("lineas_", "lineas_9999_")
        listed = ", ".join(
            f"'{path}'" for path in (folder / "inbox" / "shop").glob("lineas_*.parquet")
        )
        connection.execute(
            f"copy (select * replace (case when hash(order_id) % 10 = 0 then -unit_price else unit_price end "
            f"as unit_price) from read_parquet([{listed}])) to '{target}' (format parquet)"
        )
    failed = company("refresh", expect=5)
    assert "FAILED" in failed.stderr
    assert "net_amount" in failed.stderr or "negative" in failed.stderr
    assert "@" not in failed.stderr
    assert (company.home / "current").resolve() == before
    assert company.query("revenue,orders") == answer
    status = company("status", "--explain").stdout
    assert "FAILED" in status
