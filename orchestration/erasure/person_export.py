"""What the company holds about a person, for a subject-access request: rows of landing and quarantine, by stream.

Every version of each row that an erasure would take away, empty of a reference, or scrub; nothing is changed. Marts
hold nothing more: they are made of these rows.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.core import duckdb_session
from orchestration.core.private_files import make_private
from orchestration.core.records import Load
from orchestration.erasure.landing_files import (
    landed_origin,
    landed_rows,
    open_session,
    quarantine_file,
    quarantined_mention,
    text_columns,
)
from orchestration.erasure.request import ErasureRequest, plan, privacy_key
from orchestration.ingestion import Ledger
from orchestration.ingestion.ledger.loads import all_loads
from orchestration.privacy import suppression
from orchestration.privacy.data_subject import DataSubject
from orchestration.privacy.tombstones import hash_identifiers
from orchestration.settings import Home, Settings
from orchestration.settings.contract_loading import load_contract

_QUARANTINE = "quarantine"
_NOT_THEIRS = ("_part", "_load_seq", "_key_source", "_is_deleted")
"""What ingestion adds for itself."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class PersonExport:
    """Rows by `source.stream`; the file and line that each came from are among its columns."""

    subject: DataSubject
    rows: Mapping[str, Sequence[Row]]

    def write(self, folder: Path) -> tuple[Path, ...]:
        """`person.json` with everything, and a CSV per stream, in a folder that no other account can read."""
        make_private(folder)
        written = [folder / "person.json"]
        addresses = {
            "emails": self.subject.emails,
            "phones": self.subject.phones,
            "names": self.subject.names,
            "handles": self.subject.handles,
            "keys": dict(self.subject.subjects),
        }
        text = json.dumps(
            {"person": addresses, "rows": dict(self.rows)},
            indent=1,
            ensure_ascii=False,
            default=str,
        )
        written[0].write_text(text, encoding="utf-8")
        for stream, rows in self.rows.items():
            path = folder / f"{stream}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]), extrasaction="ignore")
                writer.writeheader()
                writer.writerows(rows)
            written.append(path)
        for path in written:
            path.chmod(0o600)
        return tuple(written)


def export_person(settings: Settings, home: Home, request: ErasureRequest) -> PersonExport:
    """All rows of a person. Raises `SettingsInvalid` where an address is none, or without a privacy key."""
    found = plan(settings, home, request)
    contract, country = load_contract(), settings.country
    rows: dict[str, list[Row]] = {}
    with open_session(home) as connection, Ledger(home.ledger) as ledger:
        hashes = hash_identifiers(privacy_key(), found.subject.identifiers)
        suppression.register(connection, hashes, key=privacy_key())
        for load in all_loads(ledger):
            if load.load_id not in found.loads:
                continue
            stream, origin = contract[load.stream], landed_origin(country, found.subject)
            named = [
                found.subject.mentioned_sql(duckdb_session.name(column))
                for column in text_columns(connection, home, load)
            ]
            theirs = " or ".join(
                [
                    suppression.is_own(stream, origin),
                    suppression.mentions(stream, origin),
                    *named,
                ]
            )
            _add(rows, load, _read(connection, f"select * from {landed_rows(home, load)}", theirs))
            path = quarantine_file(home, load)
            if path.is_file():
                query = f"select * from read_parquet({duckdb_session.file(path)})"
                mentioned = quarantined_mention(found.subject, country)
                _add(rows, load, _read(connection, query, mentioned), place=_QUARANTINE)
    return PersonExport(found.subject, rows)


def _add(rows: dict[str, list[Row]], load: Load, found: Sequence[Row], *, place: str = "") -> None:
    if found:
        name = ".".join(part for part in (place, load.source, load.stream) if part)
        rows.setdefault(name, []).extend(found)


def _read(connection: duckdb.DuckDBPyConnection, query: str, where: str) -> list[Row]:
    result = connection.execute(f"{query} where {where}")
    names = [column[0] for column in result.description or ()]
    return [
        {
            column: value
            for column, value in zip(names, row, strict=True)
            if column not in _NOT_THEIRS
        }
        for row in result.fetchall()
    ]
