"""Everything under a home searched for who was forgotten."""

from __future__ import annotations

import gzip
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from orchestration.erasure.proof import prove_request
from orchestration.erasure.request import ErasureRequest
from orchestration.privacy import tombstones
from orchestration.privacy.hash_key import KEY_VARIABLE, PrivacyKey
from orchestration.settings import Home, Settings

TEXT = "call Jes\u00fas S\u00e1nchez, (605) 129-071, jesus@correo.example"
HASHED = ("email/jesus@correo.example", "phone/+34605129071", "name/jesus sanchez")
SETTINGS = Settings(config_file=Path("embudo.yml"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home in which one person was forgotten."""
    monkeypatch.setenv(KEY_VARIABLE, "k" * 40)
    made = Home.at(tmp_path / "home").prepare()
    key = PrivacyKey(b"k" * 40)
    tombstones.add_tombstone(
        made,
        tombstones.Tombstone(
            "forget-1", "2026-01-01", "me", tombstones.hash_identifiers(key, HASHED)
        ),
        key=key,
    )
    return made


def write_all(folder: Path, text: str) -> None:
    """The text in every kind of file."""
    (folder / "a.txt").write_text(text)
    (folder / "b.txt").write_bytes(text.encode("utf-16-le"))
    (folder / "c.jsonl").write_text(
        '{"m": "Jes\\u00fas S\\u00e1nchez"}\n' if text == TEXT else "{}\n"
    )
    (folder / "d.gz").write_bytes(gzip.compress(text.encode()))
    with zipfile.ZipFile(folder / "e.zip", "w") as archive:
        archive.writestr("inner.csv", text)
    with closing(sqlite3.connect(folder / "f.sqlite")) as database, database:
        database.execute("create table notes (n integer, note text)")
        database.execute("insert into notes values (1, ?)", [text])
    duckdb.execute("copy (select ? as note) to '" + str(folder / "g.parquet") + "'", [text])
    with duckdb.connect(str(folder / "h.duckdb")) as connection:
        connection.execute("create table notes as select [?] as notes", [text])


def test_every_kind_of_file_is_decoded(home: Home) -> None:
    write_all(home.logs, TEXT)
    proof = prove_request(SETTINGS, home, ErasureRequest())
    assert sorted(proof.places) == [
        "logs/a.txt",
        "logs/b.txt",
        "logs/c.jsonl",
        "logs/d.gz",
        "logs/e.zip: inner.csv",
        "logs/f.sqlite: notes",
        "logs/g.parquet.note",
        "logs/h.duckdb: main.notes.notes",
    ]
    assert not proof.is_clean and proof.people == 1 and not proof.is_named
    assert {"Parquet", "DuckDB", "SQLite", "gzip", "zip", "JSON", "text"} == set(proof.files)


def test_a_clean_home_is_proven(home: Home) -> None:
    write_all(home.logs, "call Ana, 605129072")
    proof = prove_request(SETTINGS, home, ErasureRequest())
    assert proof.is_clean and proof.places == {} and proof.texts >= 8 and proof.bytes_read > 0


def test_what_cannot_be_read_is_not_clean(home: Home) -> None:
    (home.logs / "broken.parquet").write_bytes(b"PAR1 and no more")
    proof = prove_request(SETTINGS, home, ErasureRequest())
    assert proof.unread == ("logs/broken.parquet",) and not proof.is_clean


def test_whom_the_request_names_is_searched_in_clear(home: Home) -> None:
    (home.logs / "a.txt").write_text("zoe%40example.com")
    assert prove_request(SETTINGS, home, ErasureRequest()).is_clean
    found = prove_request(SETTINGS, home, ErasureRequest(emails=("zoe@example.com",)))
    assert found.is_named and list(found.places) == ["logs/a.txt"]
