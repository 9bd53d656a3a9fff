"""A person taken out of landing and quarantine: files rewritten, the ledger with them.

Each step can be repeated, so that a killed erasure is finished by doing it again. Finding the rows belongs to
`landing_plan`, releases and the rest of the home to `releases` and `home_files`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from orchestration.core import duckdb_session, durable_files
from orchestration.core.records import Load
from orchestration.erasure.landing_files import (
    landed_origin,
    landed_rows,
    landing_file,
    open_session,
    quarantine_file,
    quarantined_mention,
    text_columns,
)
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.load_record import RECORD_KEY, read_record
from orchestration.ingestion.ledger.loads import all_loads, record_rewritten_load
from orchestration.ingestion.load_files import ROW_GROUP
from orchestration.privacy import suppression
from orchestration.privacy.data_subject import DataSubject
from orchestration.privacy.hash_key import PrivacyKey
from orchestration.privacy.tombstones import hash_identifiers
from orchestration.settings import Home
from orchestration.settings.contract import StreamContract
from orchestration.settings.contract_loading import load_contract


def erase_landing(
    home: Home, subject: DataSubject, *, loads: Sequence[str], key: PrivacyKey, country: str
) -> None:
    """Rewrite the files of `loads` without the person, and enter their new sizes and counts."""
    with open_session(home) as connection, Ledger(home.ledger) as ledger:
        suppression.register(connection, hash_identifiers(key, subject.identifiers), key=key)
        contract = load_contract()
        for load in all_loads(ledger):
            if load.load_id not in loads:
                continue
            stream = contract[load.stream]
            quarantined = _rewrite_quarantine(connection, home, load, subject, country)
            landed = _count_kept(connection, home, load, stream, subject, country)
            _rewrite_landing(
                connection,
                home,
                load,
                stream,
                subject,
                country,
                landed=landed,
                quarantined=quarantined,
            )
            path = landing_file(home, load)
            record_rewritten_load(
                ledger,
                load.load_id,
                sha256=durable_files.sha256_of(path),
                size_bytes=path.stat().st_size,
                landed=landed,
                quarantined=quarantined,
            )


def _count_kept(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    load: Load,
    stream: StreamContract,
    subject: DataSubject,
    country: str,
) -> dict[int, int]:
    """Rows that stay, by part."""
    own = suppression.is_own(stream, landed_origin(country, subject))
    return dict(
        connection.execute(
            f"select _part, count(*) from {landed_rows(home, load)} where not {own} group by _part"
        ).fetchall()
    )


def _rewrite_landing(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    load: Load,
    stream: StreamContract,
    subject: DataSubject,
    country: str,
    *,
    landed: Mapping[int, int],
    quarantined: Mapping[int, int],
) -> None:
    """Rewrite a load's file, with the record of itself that it holds."""
    target = landing_file(home, load)
    record = read_record(connection, target)
    metadata = ""
    if record is not None:
        text = record.without(landed=landed, quarantined=quarantined).to_json()
        metadata = f", kv_metadata {{{RECORD_KEY}: {duckdb_session.literal(text)}}}"
    columns = text_columns(connection, home, load)
    replaced = ", ".join(
        f"{sql} as {duckdb_session.name(column)}"
        for column, sql in _replacements(stream, subject, columns, country).items()
    )
    own = suppression.is_own(stream, landed_origin(country, subject))
    temporary = durable_files.temporary(target)
    connection.execute(
        f"copy (select * replace ({replaced}) from {landed_rows(home, load)} where not {own}) "
        f"to {duckdb_session.literal(str(temporary))} "
        f"(format parquet, compression zstd, row_group_size {ROW_GROUP}{metadata})"
    )
    durable_files.settle(temporary, target)


def _replacements(
    stream: StreamContract, subject: DataSubject, texts: Sequence[str], country: str
) -> dict[str, str]:
    """Column to its SQL in rows that stay: what later loads are scrubbed of, and whatever else spells an address."""
    scrubbed = suppression.scrubbed_columns(
        stream, landed_origin(country, subject), scrub=subject.scrub_sql
    )
    replaced = {column: sql for column, sql in scrubbed.items() if column in texts}
    for column in texts:
        name = duckdb_session.name(column)
        if column not in replaced:
            replaced[column] = subject.scrub_sql(name)
        elif column == "_extra":
            # JSON stays valid: the row loses all of it.
            replaced[column] = (
                f"case when not {subject.mentioned_sql(name)} then {replaced[column]} end"
            )
    return replaced


def _rewrite_quarantine(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    load: Load,
    subject: DataSubject,
    country: str,
) -> dict[int, int]:
    """Rewrite a load's quarantined rows; returns those that stay, by part."""
    target = quarantine_file(home, load)
    if not target.is_file():
        return {}
    temporary = durable_files.temporary(target)
    relation = f"read_parquet({duckdb_session.file(target)})"
    connection.execute(
        f"copy (select * from {relation} where not {quarantined_mention(subject, country)}) "
        f"to {duckdb_session.literal(str(temporary))} (format parquet, compression zstd)"
    )
    durable_files.settle(temporary, target)
    return dict(
        connection.execute(f"select part, count(*) from {relation} group by part").fetchall()
    )
