"""What an erasure will touch in landing and quarantine; reads all of both, changes nothing.

Taking the rows out belongs to `landing`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import duckdb

from orchestration.core import duckdb_session
from orchestration.core.records import Load
from orchestration.erasure.landing_files import (
    landed_origin,
    landed_rows,
    open_session,
    quarantine_file,
    quarantined_mention,
    text_columns,
)
from orchestration.erasure.subject_search import Address, find_handles, find_subject
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.loads import all_loads
from orchestration.privacy import suppression
from orchestration.privacy.addresses import codes_sql, email_sql, phone_sql
from orchestration.privacy.data_subject import DataSubject
from orchestration.privacy.hash_key import PrivacyKey
from orchestration.privacy.tombstones import hash_identifiers, suppression_list
from orchestration.settings import Home
from orchestration.settings.contract import StreamContract
from orchestration.settings.contract_loading import load_contract


@dataclass(frozen=True)
class LandingPlan:
    """What an erasure will touch in landing and quarantine; counts are rows."""

    subject: DataSubject
    loads: tuple[str, ...]
    """Loads with a file to rewrite."""
    erased: Mapping[str, int] = field(default_factory=dict)
    """`source.stream` to rows that go."""
    untied: Mapping[str, int] = field(default_factory=dict)
    """`source.stream` to rows that stay and no longer refer to the person."""
    mentions: Mapping[str, int] = field(default_factory=dict)
    """`source.stream` to other rows that name an address of the person."""
    quarantined: int = 0
    files: tuple[tuple[str, str], ...] = ()
    """Source and file of an inbox, as far as rows of the person came from it."""
    shared: tuple[Address, ...] = ()
    """Addresses that somebody else has too: they stay, with what came by them."""


@dataclass(frozen=True)
class _LoadMatches:
    """Rows of one load that an erasure touches."""

    counts: Mapping[str, int]
    """`erased`, `untied`, `mentions` to rows."""
    keys: frozenset[str]
    """Keys of the rows that go."""
    files: frozenset[str]
    quarantined: int


def normalise(kind: str, text: str, *, country: str) -> str | None:
    """An e-mail or a phone as a person types it, normalised like those of the data; None where it is none."""
    sql = email_sql("value") if kind == "email" else phone_sql("value", codes_sql(None, country))
    with duckdb.connect() as connection:
        row = connection.execute(f"select {sql} from (select ? as value)", [text]).fetchone()
    return str(row[0]) if row and row[0] is not None else None


def plan_landing(
    home: Home,
    *,
    emails: Sequence[str],
    phones: Sequence[str],
    keys: Mapping[str, Sequence[str]],
    key: PrivacyKey,
    country: str,
) -> LandingPlan:
    """Everything of the person that landing and quarantine hold.

    The person is who has one of the addresses (normalised) or keys (stream to `source:id`), with all other
    addresses of those rows that nobody else shares. Raises `SettingsInvalid` where a key has not landed.
    """
    contract = load_contract()
    addresses = {("email", email) for email in emails} | {("phone", phone) for phone in phones}
    tombstones, _ = suppression_list(home)
    erased = {
        value
        for stream, values in keys.items()
        for value in values
        if key.digest(f"{stream}/{value}") in tombstones
    }
    with open_session(home) as connection, Ledger(home.ledger) as ledger:
        loads = all_loads(ledger)
        subject, shared = find_subject(
            connection,
            home,
            loads,
            contract,
            addresses=addresses,
            keys={stream: set(values) for stream, values in keys.items()},
            erased=erased,
            country=country,
        )
        suppression.register(connection, hash_identifiers(key, subject.identifiers), key=key)
        handles = find_handles(connection, home, loads, contract, country=country)
        subject = replace(subject, handles=handles)
        suppression.register(connection, hash_identifiers(key, subject.identifiers), key=key)
        matches = [
            (load, _search(connection, home, load, contract[load.stream], subject, country))
            for load in loads
        ]
    return replace(_summarise(matches, subject, contract), shared=shared)


def _search(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    load: Load,
    stream: StreamContract,
    subject: DataSubject,
    country: str,
) -> _LoadMatches:
    origin = landed_origin(country, subject)
    own = suppression.is_own(stream, origin)
    untied = " or ".join(suppression.references(stream, origin).values()) or "false"
    mentioned = " or ".join(
        [suppression.mentions(stream, origin)]
        + [
            subject.mentioned_sql(duckdb_session.name(column))
            for column in text_columns(connection, home, load)
        ]
    )
    key = " || '|' || ".join(
        f"cast({duckdb_session.name(name)} as varchar)" for name in stream.keys
    )
    rows = connection.execute(
        f"select case when {own} then 'erased' when {untied} then 'untied' else 'mentions' end, "
        f"_file, _source || ':' || {key or 'null'} "
        f"from {landed_rows(home, load)} where {own} or {untied} or {mentioned}"
    ).fetchall()
    counts: dict[str, int] = {}
    for what, _, _ in rows:
        counts[what] = counts.get(what, 0) + 1
    return _LoadMatches(
        counts=counts,
        keys=frozenset(key for what, _, key in rows if what == "erased" and key is not None),
        files=frozenset(file for _, file, _ in rows),
        quarantined=_count_quarantined(connection, home, load, subject, country),
    )


def _summarise(
    matches: Sequence[tuple[Load, _LoadMatches]],
    subject: DataSubject,
    contract: Mapping[str, StreamContract],
) -> LandingPlan:
    counts: dict[str, dict[str, int]] = {"erased": {}, "untied": {}, "mentions": {}}
    owned: dict[str, set[str]] = {
        stream.name: set() for stream in contract.values() if stream.personal == "owned"
    }
    for load, match in matches:
        name = f"{load.source}.{load.stream}"
        for what, rows in match.counts.items():
            counts[what][name] = counts[what].get(name, 0) + rows
        if load.stream in owned:
            owned[load.stream] |= match.keys
    return LandingPlan(
        subject=replace(
            subject, owned={stream: tuple(sorted(keys)) for stream, keys in owned.items()}
        ),
        loads=tuple(load.load_id for load, m in matches if m.counts or m.quarantined),
        quarantined=sum(match.quarantined for _, match in matches),
        files=tuple(sorted({(load.source, file) for load, m in matches for file in m.files})),
        erased=counts["erased"],
        untied=counts["untied"],
        mentions=counts["mentions"],
    )


def _count_quarantined(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    load: Load,
    subject: DataSubject,
    country: str,
) -> int:
    path = quarantine_file(home, load)
    if not path.is_file():
        return 0
    row = connection.execute(
        f"select count(*) from read_parquet({duckdb_session.file(path)}) "
        f"where {quarantined_mention(subject, country)}"
    ).fetchone()
    return int(row[0]) if row else 0
