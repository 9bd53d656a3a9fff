"""A person's rows found in landing and quarantine, and taken out of them: files rewritten, ledger with them.

Each step can be repeated, so that a killed erasure is finished by doing it again. Releases and what else
lies in the home belong to `publication.erasure` and `orchestration.erasure.request`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from orchestration.core import duckdb_session, durable_files
from orchestration.core.errors import SettingsInvalid
from orchestration.core.records import Load
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.load_record import RECORD_KEY, read_record
from orchestration.ingestion.ledger.loads import all_loads, record_rewritten_load
from orchestration.ingestion.load_files import ROW_GROUP
from orchestration.privacy import suppression
from orchestration.privacy.addresses import (
    EMAIL_COLUMNS,
    PHONE_COLUMNS,
    calling_codes,
    codes_sql,
    email_sql,
    phone_sql,
)
from orchestration.privacy.data_subject import Person
from orchestration.privacy.hash_key import PrivacyKey
from orchestration.privacy.tombstones import forgotten_hashes, hashed
from orchestration.settings import Home
from orchestration.settings.contract import StreamContract, load_contract

_OWN_KEYS = {
    "calls": "call_id",
    "email_events": "event_id",
    "social_interactions": "interaction_id",
    "survey_answers": "answer_id",
}
_ORIGINS = ("_source", "_key_source", "_load_id", "_file")
Address = tuple[str, str]
"""A kind (`email`, `phone`) and a normalised value."""


@dataclass(frozen=True)
class LandingPlan:
    """What an erasure will touch in landing and quarantine; counts are rows."""

    person: Person
    loads: tuple[str, ...]
    """Loads with a file to rewrite."""
    erased: Mapping[str, int]
    """`source.stream` to rows that go."""
    untied: Mapping[str, int]
    """`source.stream` to rows that stay, tied to the person no more."""
    mentions: Mapping[str, int]
    """`source.stream` to other rows that name an address of the person."""
    quarantined: int
    files: tuple[tuple[str, str], ...]
    """Source and file of an inbox, as far as rows of the person came from it."""
    shared: tuple[Address, ...]
    """Addresses that somebody else has too: they stay, with what came by them."""


def normalised(kind: str, text: str, *, country: str) -> str | None:
    """An e-mail or a phone as a person gives it, normalised like those of the data; None where it is none."""
    made = email_sql("given") if kind == "email" else phone_sql("given", codes_sql(None, country))
    with duckdb.connect() as connection:
        row = connection.execute(f"select {made} from (select ? as given)", [text]).fetchone()
    return str(row[0]) if row and row[0] is not None else None


def find(
    home: Home,
    *,
    emails: Sequence[str],
    phones: Sequence[str],
    contacts: Sequence[str],
    key: PrivacyKey,
    country: str,
) -> LandingPlan:
    """Everything of the person that landing and quarantine hold; reads all of both, changes nothing.

    The person is who has one of the given addresses (normalised) or contact keys (`source:id`), with
    all other addresses of those contacts and of their leads that nobody else shares. Raises
    `SettingsInvalid` where a contact key is none.
    """
    with _open(home) as connection, Ledger(home.ledger) as ledger:
        loads = all_loads(ledger)
        known, _ = forgotten_hashes(home)
        given = {("email", one) for one in emails} | {("phone", one) for one in phones}
        forgotten = {c for c in contacts if key.digest(f"contact/{c}") in known}
        person, shared = _resolve(
            connection, home, loads, given, set(contacts), country, forgotten=forgotten
        )
        suppression.lend(connection, hashed(key, person.named()), key=key)
        person = replace(person, handles=_handles(connection, home, loads, country))
        suppression.lend(connection, hashed(key, person.named()), key=key)
        return _look(connection, home, loads, person, shared, country)


def erase(
    home: Home, person: Person, *, loads: Sequence[str], key: PrivacyKey, country: str
) -> None:
    """Rewrite the files of `loads` without the person, and enter their new sizes and counts."""
    with _open(home) as connection, Ledger(home.ledger) as ledger:
        suppression.lend(connection, hashed(key, person.named()), key=key)
        contract = load_contract()
        for load in all_loads(ledger):
            if load.load_id not in loads:
                continue
            aside = _rewrite_quarantine(connection, home, load, person)
            landed = _rewrite_landing(
                connection, home, load, contract[load.stream], person, country, aside
            )
            path = _landing_file(home, load)
            record_rewritten_load(
                ledger,
                load.load_id,
                sha256=durable_files.sha256_of(path),
                size_bytes=path.stat().st_size,
                landed=landed,
                quarantined=aside,
            )


def _resolve(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    loads: Sequence[Load],
    given: set[Address],
    chosen: set[str],
    country: str,
    *,
    forgotten: set[str],
) -> tuple[Person, tuple[Address, ...]]:
    contract = load_contract()
    found: dict[str, dict[str, set[Address]]] = {"contacts": {}, "leads": {}}
    contact_of: dict[str, set[str]] = {}
    for load in loads:
        if load.stream not in found:
            continue
        for own, contact, kind, value in connection.execute(
            _addresses(contract[load.stream], _landing_file(home, load), country)
        ).fetchall():
            addresses = found[load.stream].setdefault(own, set())
            if value is not None:
                addresses.add((kind, value))
            if contact is not None:
                contact_of.setdefault(own, set()).add(contact)
    contacts, leads = found["contacts"], found["leads"]
    missing = sorted(chosen - set(contacts) - forgotten)
    if missing:
        raise SettingsInvalid(
            f"--contact: no contact {', '.join(missing)} has landed; expected a key as in "
            "dim_contacts.contact_key: source:id."
        )
    keys = chosen | {own for own, has in contacts.items() if has & given}
    others = {one for own, has in contacts.items() if own not in keys for one in has}
    known = given | {one for own in keys for one in contacts.get(own, set())}
    mine = given | (known - others)
    lead_keys = {
        own for own, has in leads.items() if has & mine or contact_of.get(own, set()) & keys
    }
    known |= {one for own in lead_keys for one in leads[own]}
    mine = given | (known - others)
    person = Person(
        emails=tuple(sorted(value for kind, value in mine if kind == "email")),
        phones=tuple(sorted(value for kind, value in mine if kind == "phone")),
        contacts=tuple(sorted(keys)),
        leads=tuple(sorted(lead_keys)),
        calling_codes=calling_codes(),
    )
    return person, tuple(sorted(known - mine))


def _addresses(stream: StreamContract, path: Path, country: str) -> str:
    """A SELECT of a row's key, its contact, and each of its addresses (kind, value)."""
    names = {column.name for column in stream.columns}
    codes = codes_sql("country" if "country" in names else None, country)
    contact = "null" if stream.name == "contacts" else "_key_source || ':' || contact_id"
    made = {c: ("email", email_sql(c)) for c in EMAIL_COLUMNS if c in names}
    made |= {c: ("phone", phone_sql(c, codes)) for c in PHONE_COLUMNS if c in names}
    return " union all ".join(
        f"select distinct _source || ':' || {stream.keys[0]}, {contact}, '{kind}', {value} "
        f"from read_parquet({duckdb_session.file(path)})"
        for kind, value in made.values()
    )


def _handles(
    connection: duckdb.DuckDBPyConnection, home: Home, loads: Sequence[Load], country: str
) -> tuple[str, ...]:
    stream = load_contract()["social_interactions"]
    own = suppression.is_own(stream, _origin(country))
    found = {
        row[0]
        for load in loads
        if load.stream == stream.name
        for row in connection.execute(
            "select distinct lower(network) || '|' || lower(trim(prospect_handle)) "
            f"from {_read(home, load)} where {own}"
        ).fetchall()
    }
    return tuple(sorted(found))


def _look(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    loads: Sequence[Load],
    person: Person,
    shared: tuple[Address, ...],
    country: str,
) -> LandingPlan:
    contract = load_contract()
    counts: dict[str, dict[str, int]] = {"erased": {}, "untied": {}, "mentions": {}}
    keys: dict[str, list[str]] = {stream: [] for stream in _OWN_KEYS}
    touched: list[str] = []
    files: set[tuple[str, str]] = set()
    aside = 0
    for load in loads:
        stream = contract[load.stream]
        own = suppression.is_own(stream, _origin(country))
        tied = " or ".join(suppression.ties(stream, _origin(country)).values()) or "false"
        texts = " or ".join(
            person.mentioned_sql(duckdb_session.name(c)) for c in _texts(connection, home, load)
        )
        key = _OWN_KEYS.get(load.stream)
        rows = connection.execute(
            f"select case when {own} then 'erased' when {tied} then 'untied' else 'mentions' end, "
            f"_file, {f'_source || chr(58) || {key}' if key else 'null'} "
            f"from {_read(home, load)} where {own} or {tied} or {texts or 'false'}"
        ).fetchall()
        name = f"{load.source}.{load.stream}"
        for what, file, row_key in rows:
            counts[what][name] = counts[what].get(name, 0) + 1
            files.add((load.source, file))
            if what == "erased" and row_key is not None:
                keys[load.stream].append(row_key)
        quarantined = _quarantined_of(connection, home, load, person)
        aside += quarantined
        if rows or quarantined:
            touched.append(load.load_id)
    return LandingPlan(
        person=replace(
            person,
            calls=tuple(sorted(set(keys["calls"]))),
            email_events=tuple(sorted(set(keys["email_events"]))),
            interactions=tuple(sorted(set(keys["social_interactions"]))),
            answers=tuple(sorted(set(keys["survey_answers"]))),
        ),
        loads=tuple(touched),
        quarantined=aside,
        files=tuple(sorted(files)),
        shared=shared,
        **counts,
    )


def _rewrite_landing(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    load: Load,
    stream: StreamContract,
    person: Person,
    country: str,
    quarantined: Mapping[int, int],
) -> dict[int, int]:
    """Write a load's file anew, with what it says of itself; returns rows by part."""
    target = _landing_file(home, load)
    own = suppression.is_own(stream, _origin(country))
    landed: dict[int, int] = dict(
        connection.execute(
            f"select _part, count(*) from {_read(home, load)} where not {own} group by _part"
        ).fetchall()
    )
    record = read_record(connection, target)
    says = ""
    if record is not None:
        kept = record.without(landed=landed, quarantined=quarantined).to_json()
        says = f", kv_metadata {{{RECORD_KEY}: {duckdb_session.literal(kept)}}}"
    ties = suppression.ties(stream, _origin(country))
    untied = " or ".join(ties.values()) or "false"
    emptied = suppression.free_texts(stream)
    changed = {column: f"case when not {tied} then {column} end" for column, tied in ties.items()}
    for column in _texts(connection, home, load):
        if column in changed:
            continue
        name = duckdb_session.name(column)
        changed[column] = person.scrubbed_sql(name) if person.pattern else name
        if column == "_extra":
            # JSON stays JSON: the row loses it whole.
            changed[column] = f"case when not {person.mentioned_sql(name)} then {name} end"
        if column in emptied and ties:
            changed[column] = f"case when not ({untied}) then {changed[column]} end"
    listed = ", ".join(f"{sql} as {duckdb_session.name(column)}" for column, sql in changed.items())
    aside = durable_files.temporary(target)
    connection.execute(
        f"copy (select * replace ({listed}) from {_read(home, load)} where not {own}) "
        f"to {duckdb_session.literal(str(aside))} "
        f"(format parquet, compression zstd, row_group_size {ROW_GROUP}{says})"
    )
    durable_files.settle(aside, target)
    return landed


def _rewrite_quarantine(
    connection: duckdb.DuckDBPyConnection, home: Home, load: Load, person: Person
) -> dict[int, int]:
    target = _quarantine_file(home, load)
    if not target.is_file():
        return {}
    aside = durable_files.temporary(target)
    relation = f"read_parquet({duckdb_session.file(target)})"
    connection.execute(
        f"copy (select * from {relation} where not {_names(person)}) "
        f"to {duckdb_session.literal(str(aside))} (format parquet, compression zstd)"
    )
    durable_files.settle(aside, target)
    return dict(
        connection.execute(f"select part, count(*) from {relation} group by part").fetchall()
    )


def _quarantined_of(
    connection: duckdb.DuckDBPyConnection, home: Home, load: Load, person: Person
) -> int:
    path = _quarantine_file(home, load)
    if not path.is_file():
        return 0
    row = connection.execute(
        f"select count(*) from read_parquet({duckdb_session.file(path)}) where {_names(person)}"
    ).fetchone()
    return int(row[0]) if row else 0


def _names(person: Person) -> str:
    """Whether a quarantined row names the person; bytes of UTF-16 stand as text with `\\x00` between."""
    texts = ("raw", "replace(raw, '\\x00', '')", "reason")
    return f"({' or '.join(person.mentioned_sql(text) for text in texts)})"


def _texts(connection: duckdb.DuckDBPyConnection, home: Home, load: Load) -> list[str]:
    """The text columns of a landed file that may hold an address."""
    rows = connection.execute(f"describe select * from {_read(home, load)}").fetchall()
    return [row[0] for row in rows if row[1] == "VARCHAR" and row[0] not in _ORIGINS]


def _origin(country: str) -> suppression.Origin:
    return suppression.Origin(source="_source", key_source="_key_source", country=country)


def _read(home: Home, load: Load) -> str:
    return f"read_parquet({duckdb_session.file(_landing_file(home, load))})"


def _landing_file(home: Home, load: Load) -> Path:
    return home.landing_of(source=load.source, stream=load.stream) / f"{load.load_id}.parquet"


def _quarantine_file(home: Home, load: Load) -> Path:
    return home.quarantine_of(source=load.source, stream=load.stream) / f"{load.load_id}.parquet"


@contextmanager
def _open(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb_session.connect(scratch=home.work / "forget") as connection:
        yield connection
