"""`embudo status`: the facts and the advice of `operations`, printed."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

from tests.faults.tiny_company import TinyCompany
from tests.unit.cli.conftest import CommandLine


def test_one_screen(embudo: CommandLine, options: tuple[str, ...], company: TinyCompany) -> None:
    printed = embudo("status", "--explain", *options).stdout
    assert f"Current release {company.home.current.resolve().name}" in printed
    assert "shop.orders" in printed
    assert f"The gate of the current release {company.home.current.resolve().name}" in printed
    assert "The last refresh did not fail." in printed
    assert "2 row(s) are in quarantine" in printed


def test_json_has_the_same_facts(embudo: CommandLine, options: tuple[str, ...]) -> None:
    facts = json.loads(embudo("status", "--format", "json", *options).stdout)
    assert set(facts) == {
        "release", "corruption", "running", "sources", "refreshes", "rejected_files",
        "quarantined_loads", "waivers", "advice",
    }  # fmt: skip
    orders = next(stream for stream in facts["sources"] if stream["stream"] == "orders")
    assert (orders["rows_landed"], orders["rows_quarantined"]) == (6, 2)
    assert orders["last_load"].endswith("+00:00"), "times are UTC, ISO 8601"
    assert facts["release"]["verdict"] == "pass"


def test_a_corrupt_release_is_reported_and_no_error(
    embudo: CommandLine, options: tuple[str, ...], company: TinyCompany
) -> None:
    (company.home.current.resolve() / "marts.duckdb").unlink()
    printed = embudo("status", *options).stdout
    assert "The current release is corrupt" in printed
    assert "embudo doctor" in printed


def test_a_corrupt_ledger_is_no_traceback(
    embudo: CommandLine, options: tuple[str, ...], company: TinyCompany
) -> None:
    """The pages of its tables, not those of its schema, which are read when it is opened."""
    with closing(sqlite3.connect(company.home.ledger)) as db:
        pages = db.execute("select rootpage from sqlite_master where rootpage > 1").fetchall()
    data = bytearray(company.home.ledger.read_bytes())
    for (page,) in pages:
        data[(page - 1) * 4096 : (page - 1) * 4096 + 64] = b"\xff" * 64
    company.home.ledger.write_bytes(bytes(data))
    assert "embudo doctor" in embudo("status", *options, expect=8).stderr
