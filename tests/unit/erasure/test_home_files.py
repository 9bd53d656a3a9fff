"""What else lies in a home, cleaned of a person: every kind of file, and what must be left to a person."""

from __future__ import annotations

import gzip
import hashlib
import sqlite3
import zipfile
from pathlib import Path

import duckdb

from orchestration.erasure.home_files import clean_files
from orchestration.privacy.data_subject import DataSubject
from tests.byte_search import found_in

ANA = DataSubject(emails=("ana@example.com",), phones=("+34600111222",), calling_codes=("34",))
SPELLINGS = ["ana@example.com", "600111222", "600 111 222"]


def fill(home: Path) -> None:
    """Ana in a log, a UTF-16 export, a packed page, an API's answers, SQLite with a log of its own, Parquet."""
    for folder in ("logs", "api/crm", "dagster", "spared"):
        (home / folder).mkdir(parents=True)
    (home / "logs" / "run.jsonl").write_text(
        '{"message": "Ana@Example.com called"}\n{"message": "ok"}\n'
    )
    (home / "logs" / "wide.txt").write_bytes("tel 600 111 222; bea@example.com".encode("utf-16-le"))
    (home / "logs" / "page.gz").write_bytes(gzip.compress(b'{"mail": "ana@example.com"}'))
    (home / "api" / "crm" / "1.jsonl").write_text(
        '{"id": 1, "name": "Ana", "email": "ana@example.com"}\n{"id": 2, "name": "Bea"}\n'
    )
    database = sqlite3.connect(home / "dagster" / "runs.db", isolation_level=None)
    database.execute("pragma journal_mode = wal")
    database.execute("create table events (id integer, body text, packed blob)")
    database.execute("insert into events values (1, 'ana@example.com', x'00'), (2, 'bea', null)")
    database.execute("update events set packed = cast('tel +34600111222' as blob) where id = 1")
    database.close()
    duckdb.sql(
        f"copy (select 'x' as a, 'see ANA@example.com' as b) to '{home}/logs/x.parquet' (format parquet)"
    )
    (home / "spared" / "note.json").write_text("ana@example.com")
    with zipfile.ZipFile(home / "logs" / "book.xlsx", "w") as book:
        book.writestr("sheet.xml", "<v>ana@example.com</v>")


def test_every_kind_of_file_is_cleaned_and_the_rest_of_it_stays(tmp_path: Path) -> None:
    fill(tmp_path)
    before = hashlib.sha256((tmp_path / "logs" / "run.jsonl").read_bytes()).hexdigest()
    assert len(found_in(tmp_path, SPELLINGS)) >= 8, "the search sees what is there"

    cleaned = clean_files(tmp_path, ANA, sparing={tmp_path / "spared"}, records=tmp_path / "api")

    assert cleaned.left == (tmp_path / "logs" / "book.xlsx",), "a workbook is a person's to change"
    (tmp_path / "logs" / "book.xlsx").unlink()
    assert found_in(tmp_path, SPELLINGS, sparing=[tmp_path / "spared"]) == []
    assert cleaned.changed[before] == tmp_path / "logs" / "run.jsonl"
    assert (tmp_path / "logs" / "run.jsonl").read_text() == (
        '{"message": "[forgotten] called"}\n{"message": "ok"}\n'
    )
    wide = (tmp_path / "logs" / "wide.txt").read_bytes().decode("utf-16-le")
    assert wide == "tel [forgotten]; bea@example.com"
    assert (tmp_path / "api" / "crm" / "1.jsonl").read_text() == '{"id": 2, "name": "Bea"}\n'
    database = sqlite3.connect(tmp_path / "dagster" / "runs.db")
    assert database.execute("select * from events order by id").fetchall() == [
        (1, "[forgotten]", b"tel [forgotten]"),
        (2, "bea", None),
    ]
    database.close()
    assert duckdb.sql(f"select * from read_parquet('{tmp_path}/logs/x.parquet')").fetchall() == [
        ("x", "see [forgotten]")
    ]


def test_a_second_cleaning_finds_nothing(tmp_path: Path) -> None:
    """Each step of an erasure can be repeated."""
    fill(tmp_path)
    for _ in range(2):
        cleaned = clean_files(
            tmp_path, ANA, sparing={tmp_path / "spared"}, records=tmp_path / "api"
        )
    assert cleaned.changed == {}
