"""Loads checked against the tombstones: whose rows they are, in SQL over keyed hashes.

The same conditions erase what has landed (`orchestration.erasure`) and keep it from landing again
(`orchestration.ingestion`). They follow what the contract declares: rows of a person (`personal: subject` or `owned`)
go; what the company did or sold with them (`mentions`) stays, with no reference to the person.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import duckdb

from orchestration.core import duckdb_session
from orchestration.privacy.addresses import (
    address_sql,
    codes_sql,
    email_sql,
    hash_sql,
    phone_sql,
)
from orchestration.privacy.hash_key import PrivacyKey
from orchestration.settings.contract import ContractColumn, StreamContract

_EMAILS_IN_TEXT = r"[^\s\"'',;:<>|()\[\]{}=]+@[^\s\"'',;:<>|()\[\]{}=]+"
_PHONES_IN_TEXT = (r"\+?[0-9(][0-9 ().\-/]{6,}[0-9]", r"\+?[0-9][0-9().\-/]{6,}[0-9]")


@dataclass(frozen=True)
class Origin:
    """A row's origin and whose keys it uses, as SQL; `country` dials its numbers."""

    source: str
    key_source: str
    country: str


def register(
    connection: duckdb.DuckDBPyConnection, hashes: Collection[str], *, key: PrivacyKey | None
) -> None:
    """Give a connection the key and the table `tombstones`, which the conditions below read."""
    if key is not None:
        key.register(connection)
    connection.execute("create or replace temp table tombstones (hash varchar)")
    rows = ", ".join(f"({duckdb_session.literal(hash_)})" for hash_ in sorted(hashes))
    if rows:
        connection.execute(f"insert into tombstones values {rows}")
    connection.execute("set variable embudo_tombstones = (select list(hash) from tombstones)")


def suppress(
    connection: duckdb.DuckDBPyConnection, stream: StreamContract, origin: Origin, *, part: int
) -> int:
    """Leave erased persons out of a staged part; returns how many rows no longer count.

    Their own rows are skipped; rows that stay lose the reference to them and the texts that name them.
    """
    own = is_own(stream, origin)
    connection.execute(
        f"update staged set _left_out = false where _part = ? and _left_out and {own}", [part]
    )
    row = connection.execute(
        f"select count(*) from staged where _part = ? and _kept and {own}", [part]
    ).fetchone()
    dropped = int(row[0]) if row else 0
    if dropped:
        connection.execute(
            "update staged set _kept = false, _fault = null, _raw = null "
            f"where _part = ? and _kept and {own}",
            [part],
        )
    for column, leads_to_subject in references(stream, origin).items():
        cleared = ", ".join(
            f"{duckdb_session.name(name)} = null" for name in (column, *stream.free_texts)
        )
        connection.execute(
            f"update staged set {cleared} where _part = ? and {leads_to_subject}", [part]
        )
    for column in stream.free_texts:
        name = duckdb_session.name(column)
        connection.execute(
            f"update staged set {name} = null "
            f"where _part = ? and {names_subject(name, country=origin.country)}",
            [part],
        )
    return dropped


class TextFilter:
    """Texts checked against the tombstones, many at a time: the records of an API, before they are kept."""

    def __init__(self, hashes: frozenset[str], *, key: PrivacyKey | None, country: str) -> None:
        """Nothing is opened where nobody was erased."""
        self._country = country
        self._connection = duckdb.connect() if hashes else None
        if self._connection is not None:
            register(self._connection, hashes, key=key)

    def matches(self, texts: Sequence[str]) -> list[bool]:
        """Whether an address of an erased person stands in each of the texts."""
        if self._connection is None or not texts:
            return [False] * len(texts)
        valid = [text.encode("utf-8", "replace").decode() for text in texts]
        rows = self._connection.execute(
            f"select {names_subject('value', country=self._country)} "
            "from (select unnest(?) as value, generate_subscripts(?, 1) as position) "
            "order by position",
            [valid, valid],
        ).fetchall()
        return [bool(row[0]) for row in rows]

    def close(self) -> None:
        """Close what was opened."""
        if self._connection is not None:
            self._connection.close()


def is_own(stream: StreamContract, origin: Origin) -> str:
    """Whether a row goes with an erased person; false for all rows of a stream whose rows stay."""
    if not stream.is_erased:
        return "false"
    identifiers = [_address(column, origin) for column in stream.addresses]
    identifiers += [_reference(column, origin) for column in stream.references]
    if stream.personal == "subject":
        key = duckdb_session.name(stream.keys[0])
        identifiers.append(f"'{stream.name}/' || {origin.source} || ':' || {key}")
    return _any(identifiers)


def references(stream: StreamContract, origin: Origin) -> dict[str, str]:
    """Column to whether it leads to an erased person, for the columns of a stream whose rows stay."""
    if stream.personal != "mentions":
        return {}
    conditions = {column.name: _any([_reference(column, origin)]) for column in stream.references}
    return conditions | {
        column.name: _any([_address(column, origin)]) for column in stream.addresses
    }


def names_subject(text: str, *, country: str) -> str:
    """Whether an e-mail or a phone of an erased person stands in a text."""
    codes = codes_sql(None, country)
    email = hash_sql(f"'email/' || {email_sql('match')}")
    phone = hash_sql(f"'phone/' || {phone_sql('match', codes)}")
    hashes = [_hashes_in(text, _EMAILS_IN_TEXT, email)]
    hashes += [_hashes_in(text, pattern, phone) for pattern in _PHONES_IN_TEXT]
    return (
        "("
        + " or ".join(
            f"coalesce(list_has_any({listed}, getvariable('embudo_tombstones')), false)"
            for listed in hashes
        )
        + ")"
    )


def _address(column: ContractColumn, origin: Origin) -> str:
    return f"'{column.address}/' || {address_sql(column, country=origin.country)}"


def _reference(column: ContractColumn, origin: Origin) -> str:
    name = duckdb_session.name(column.name)
    return f"'{column.refers_to}/' || {origin.key_source} || ':' || {name}"


def _hashes_in(text: str, pattern: str, hashed: str) -> str:
    return f"list_transform(regexp_extract_all({text}, '{pattern}'), lambda match: {hashed})"


def _any(identifiers: list[str]) -> str:
    checks = [
        f"coalesce({hash_sql(identifier)} in (select hash from tombstones), false)"
        for identifier in identifiers
    ]
    return f"({' or '.join(checks)})" if checks else "false"
