"""I9 (what leaves the private warehouse) and I10 (idle costs nothing), on the company of the faults."""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.faults.conftest import CANARIES, CutOff

pytestmark = pytest.mark.slow

EMAIL = re.compile(r"[^\s@|]+@[^\s@|]+\.[^\s@|]+")
NUMBER = re.compile(r"(?<!\d)(?:(?:\+|00)?34)?(\d{9})(?!\d)")


def exported(
    folder: Path, pattern: str, encoding: str = "utf-8", delimiter: str = ","
) -> Iterator[dict[str, str]]:
    """Rows of the company's own files, read without Embudo."""
    for path in sorted((folder / "inbox").glob(pattern)):
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            yield from csv.DictReader(file, delimiter=delimiter)


def digits(phone: str) -> str:
    """The national digits of a Spanish number, however it is written."""
    return re.sub(r"\D", "", phone.split("ext")[0].split("x")[0])[-9:]


def crm(company: CutOff, stem: str) -> list[dict[str, str]]:
    return list(exported(company.folder, f"crm/{stem}_*.csv", "latin-1", ";"))


@pytest.fixture(scope="module")
def public(cut_off: CutOff) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(
        str(cut_off.home / "current" / "marts.duckdb"), read_only=True
    ) as connection:
        yield connection


def texts_of(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """Column to its values, for every text column of every public table."""
    columns = connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where data_type in ('VARCHAR', 'VARCHAR[]') and not internal"
    ).fetchall()
    assert len(columns) > 150
    return {
        f"{schema}.{table}.{column}": {
            str(row[0])
            for row in connection.execute(
                f'select distinct "{column}" from "{schema}"."{table}" where "{column}" is not null'
            ).fetchall()
        }
        for schema, table, column in columns
    }


def test_no_address_and_no_contact_name_leaves_the_private_warehouse(
    cut_off: CutOff, public: duckdb.DuckDBPyConnection
) -> None:
    """I9: no value of any text column of the marts is, or holds, an e-mail, a phone or a name of a contact."""
    people = crm(cut_off, "contactos") + crm(cut_off, "leads")
    numbers = {digits(row["Teléfono"]) for row in people} | {
        digits(row["Móvil"]) for row in people if "Móvil" in row
    }
    calls = list(exported(cut_off.folder, "pbx/llamadas_*.csv"))
    numbers |= {digits(row[side]) for row in calls for side in ("src", "dst")}
    numbers = {number for number in numbers if len(number) == 9}
    staff = {row["Nombre"] for row in crm(cut_off, "usuarios")}
    names = {row["Nombre"].strip() for row in people} - staff - {""}
    handles = {row["handle"] for row in exported(cut_off.folder, "marketing/social_*.csv")} - {""}
    assert len(numbers) > 200 and len(names) > 200 and len(handles) > 10
    leaked = {
        column: sorted(matches)[:3]
        for column, values in texts_of(public).items()
        if (
            matches := {
                value
                for value in values
                if EMAIL.search(value)
                or value in names
                or value in handles
                or numbers & set(NUMBER.findall(re.sub(r"[\s().-]", "", value)))
            }
        )
    }
    assert leaked == {}


def test_what_leaves_is_the_keyed_hash_of_the_normalised_address(
    cut_off: CutOff, public: duckdb.DuckDBPyConnection
) -> None:
    """I9: HMAC-SHA256 under the company's key, calculated here from the exports; phones join calls."""
    key = CANARIES["EMBUDO_PRIVACY_KEY"].encode()

    def keyed(value: str) -> str:
        return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()

    newest: dict[str, dict[str, str]] = {}
    for row in crm(cut_off, "contactos"):
        newest[row["Id"]] = row
    hashed = dict(
        public.execute("select contact_key, email_hmac from core.dim_contacts").fetchall()
    )
    known = {
        f"crm:{contact}": row["Correo"].strip().lower()
        for contact, row in newest.items()
        if row["Correo"]
    }
    right = sum(hashed.get(contact) == keyed(email) for contact, email in known.items())
    wrong = [c for c, email in known.items() if c in hashed and hashed[c] != keyed(email)]
    assert right > 250 and wrong == []
    assert (
        keyed(next(iter(known.values())))
        != hashlib.sha256(next(iter(known.values())).encode()).hexdigest()
    )
    called = {
        row[0] for row in public.execute("select number_hmac from activity.fct_calls").fetchall()
    }
    dialled = {
        keyed("+34" + digits(row["dst"]))
        for row in exported(cut_off.folder, "pbx/llamadas_*.csv")
        if row["direction"] == "out" and re.fullmatch(r"[\d +()\-.]+", row["dst"])
    }
    assert len(dialled & called) > 100


def test_a_refresh_with_nothing_new_reads_no_history_and_writes_nothing(
    cut_off: CutOff, tmp_path: Path
) -> None:
    """I10: with every landed file, database and export emptied of its content, an idle refresh is the same.

    What it does not open it cannot do work on: it compares names, sizes and times with the ledger.
    """
    shutil.copytree(cut_off.home, tmp_path / "home", symlinks=True)
    shutil.copytree(cut_off.folder / "inbox", tmp_path / "inbox")
    home = tmp_path / "home"
    history = [*home.glob("landing/**/*.parquet"), *home.glob("quarantine/**/*.parquet")]
    history += [*home.glob("releases/*/*.duckdb"), *home.glob("releases/*/*manifest.json")]
    history += [path for path in (tmp_path / "inbox").rglob("*") if path.is_file()]
    assert len(history) > 100
    for path in history:
        stat = path.stat()
        path.chmod(0o644)
        with path.open("r+b") as file:
            file.truncate(0)
            file.truncate(stat.st_size)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    before = _listing(home)
    idle = cut_off.run("refresh", "--inbox", str(tmp_path / "inbox"), home=home)
    assert idle.returncode == 0, idle.stderr
    assert "Already up to date" in idle.stderr
    assert _listing(home) == before


def _listing(home: Path) -> dict[str, tuple[int, int]]:
    """Every file but the lock and SQLite's side files, with size and time of last change."""
    return {
        str(path.relative_to(home)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(home.rglob("*"))
        if path.is_file()
        and path.name != "refresh.lock"
        and not path.name.endswith(("-wal", "-shm"))
    }


def test_the_facts_of_a_refresh_are_kept(
    cut_off: CutOff, public: duckdb.DuckDBPyConnection
) -> None:
    """Seconds, rows, bytes and memory by step and asset; events come in pairs and report the same rows."""
    landed = public.execute(
        "select sum(rows), sum(bytes) from quality.assets where kind = 'load'"
    ).fetchone()
    on_disk = sum(path.stat().st_size for path in cut_off.home.glob("landing/**/*.parquet"))
    rows = sum(
        duckdb.sql(f"select count(*) from read_parquet('{path}')").fetchall()[0][0]
        for path in cut_off.home.glob("landing/**/*.parquet")
    )
    assert landed == (rows, on_disk)
    calls = public.execute("select count(*) from activity.fct_calls").fetchone()
    assert (
        calls
        == public.execute("select rows from quality.assets where asset = 'fct_calls'").fetchone()
    )
    steps = public.execute("select step, seconds, peak_memory_bytes from quality.steps").fetchall()
    assert {"Read sources", "Build models", "Evaluate metrics"} <= {row[0] for row in steps}
    assert all(seconds > 0 and memory > 50_000_000 for _, seconds, memory in steps)

    (events_file,) = (cut_off.home / "events").glob("*.jsonl")
    events = [json.loads(line) for line in events_file.read_text().splitlines()]
    pairs: dict[str, list[str]] = {}
    for event in events:
        assert {"eventType", "eventTime", "run", "job", "producer", "schemaURL"} <= set(event)
        pairs.setdefault(event["run"]["runId"], []).append(event["eventType"])
    assert set(map(tuple, pairs.values())) == {("START", "COMPLETE")}
    read = next(e for e in events if e["job"]["name"] == "refresh.read_sources" and e["outputs"])
    counted = sum(o["outputFacets"]["outputStatistics"]["rowCount"] for o in read["outputs"])
    assert counted == rows
    (log_file,) = (cut_off.home / "logs").glob("*.jsonl")
    lines = [json.loads(line) for line in log_file.read_text().splitlines()]
    assert {line["run_id"] for line in lines} == {log_file.stem}
    assert not [line for line in lines if EMAIL.search(line["message"])]
