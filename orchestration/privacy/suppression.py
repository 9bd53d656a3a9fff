"""Loads held against the tombstones: whose rows they are, in SQL over keyed hashes.

The same conditions erase what has landed (`erasure`) and keep it from landing again (`staging`). A
forgotten person's own rows (contacts, leads, calls, campaign e-mails, social interactions, survey answers)
go; what the company did or sold with them (activities, tasks, deals, orders) stays, tied to nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import duckdb

from orchestration.core import duckdb_session
from orchestration.privacy.addresses import (
    EMAIL_COLUMNS,
    PHONE_COLUMNS,
    codes_sql,
    email_sql,
    hash_sql,
    phone_sql,
)
from orchestration.privacy.hash_key import PrivacyKey
from orchestration.settings.contract import StreamContract

OWN_STREAMS = frozenset(
    {"contacts", "leads", "calls", "email_events", "social_interactions", "survey_answers"}
)
"""Streams whose rows are about one person and go with them."""

FREE_TEXTS = ("name", "subject", "url", "recording_url", "_extra")
"""Columns in which a name or an address may stand: emptied in rows that are untied from a person."""

_EMAILS_IN_TEXT = r"[^\s\"'',;:<>|()\[\]{}=]+@[^\s\"'',;:<>|()\[\]{}=]+"
_PHONES_IN_TEXT = (r"\+?[0-9(][0-9 ().\-/]{6,}[0-9]", r"\+?[0-9][0-9().\-/]{6,}[0-9]")


@dataclass(frozen=True)
class Origin:
    """Where a row says that it comes from and whose keys it uses, as SQL; `country` dials its numbers."""

    source: str
    key_source: str
    country: str


def lend(
    connection: duckdb.DuckDBPyConnection, hashes: Collection[str], *, key: PrivacyKey | None
) -> None:
    """Give a connection the key and the table `tombstones`, which the conditions below read."""
    if key is not None:
        key.lend(connection)
    connection.execute("create or replace temp table tombstones (hash varchar)")
    listed = ", ".join(f"({duckdb_session.literal(one)})" for one in sorted(hashes))
    if listed:
        connection.execute(f"insert into tombstones values {listed}")
    connection.execute("set variable embudo_forgotten = (select list(hash) from tombstones)")


def hold(
    connection: duckdb.DuckDBPyConnection, stream: StreamContract, origin: Origin, *, part: int
) -> int:
    """Leave the forgotten out of a staged part; returns how many rows no longer count.

    Their own rows are skipped, rows that stay lose the tie to them and texts that name them.
    """
    row = connection.execute(
        f"select count(*) from staged where _part = ? and _kept and {is_own(stream, origin)}",
        [part],
    ).fetchone()
    dropped = int(row[0]) if row else 0
    if dropped:
        connection.execute(
            "update staged set _kept = false, _fault = null, _raw = null "
            f"where _part = ? and _kept and {is_own(stream, origin)}",
            [part],
        )
    emptied = free_texts(stream)
    for column, tied in ties(stream, origin).items():
        cleared = ", ".join(f"{duckdb_session.name(one)} = null" for one in (column, *emptied))
        connection.execute(f"update staged set {cleared} where _part = ? and {tied}", [part])
    for column in emptied:
        named = names_forgotten(duckdb_session.name(column), country=origin.country)
        connection.execute(
            f"update staged set {duckdb_session.name(column)} = null where _part = ? and {named}",
            [part],
        )
    return dropped


class TextHold:
    """Texts held against the tombstones, many at a time: what an API answers, before it is kept."""

    def __init__(self, hashes: frozenset[str], *, key: PrivacyKey | None, country: str) -> None:
        """Nothing is opened where nobody was forgotten."""
        self._country = country
        self._connection = duckdb.connect() if hashes else None
        if self._connection is not None:
            lend(self._connection, hashes, key=key)

    def named(self, texts: Sequence[str]) -> list[bool]:
        """Whether an address of a forgotten person stands in each of the texts."""
        if self._connection is None or not texts:
            return [False] * len(texts)
        given = [text.encode("utf-8", "replace").decode() for text in texts]
        rows = self._connection.execute(
            f"select {names_forgotten('given', country=self._country)} "
            "from (select unnest(?) as given, generate_subscripts(?, 1) as place) order by place",
            [given, given],
        ).fetchall()
        return [bool(row[0]) for row in rows]

    def close(self) -> None:
        """Let go of what was opened."""
        if self._connection is not None:
            self._connection.close()


def free_texts(stream: StreamContract) -> tuple[str, ...]:
    """The columns of a stream that may be emptied of texts."""
    return tuple(
        column.name for column in stream.landed if column.name in FREE_TEXTS and not column.required
    )


def is_own(stream: StreamContract, origin: Origin) -> str:
    """Whether a row is a forgotten person's own."""
    if stream.name not in OWN_STREAMS:
        return "false"
    names = {column.name for column in stream.columns}
    codes = codes_sql("country" if "country" in names else None, origin.country)
    found = [f"'email/' || {email_sql(c)}" for c in EMAIL_COLUMNS if c in names]
    found += [f"'phone/' || {phone_sql(c, codes)}" for c in PHONE_COLUMNS if c in names]
    for key in ("contact", "lead"):
        if f"{key}_id" in names:
            of = origin.source if f"{key}_id" in stream.keys else origin.key_source
            found.append(f"'{key}/' || {of} || ':' || {key}_id")
    if "prospect_handle" in names:
        found.append("'handle/' || lower(network) || '|' || lower(trim(prospect_handle))")
    return _any(found)


def ties(stream: StreamContract, origin: Origin) -> dict[str, str]:
    """Column to whether its reference leads to a forgotten person, for rows that stay."""
    if stream.name in OWN_STREAMS:
        return {}
    names = {column.name for column in stream.columns}
    return {
        f"{key}_id": _any([f"'{key}/' || {origin.key_source} || ':' || {key}_id"])
        for key in ("contact", "lead")
        if f"{key}_id" in names
    }


def names_forgotten(text: str, *, country: str) -> str:
    """Whether an e-mail or a phone of a forgotten person stands in a text."""
    codes = codes_sql(None, country)
    email = hash_sql(f"'email/' || {email_sql('found')}")
    phone = hash_sql(f"'phone/' || {phone_sql('found', codes)}")
    lists = [_hashes_in(text, _EMAILS_IN_TEXT, email)]
    lists += [_hashes_in(text, pattern, phone) for pattern in _PHONES_IN_TEXT]
    return (
        "("
        + " or ".join(
            f"coalesce(list_has_any({one}, getvariable('embudo_forgotten')), false)"
            for one in lists
        )
        + ")"
    )


def _hashes_in(text: str, pattern: str, hashed: str) -> str:
    return f"list_transform(regexp_extract_all({text}, '{pattern}'), lambda found: {hashed})"


def _any(named: list[str]) -> str:
    checks = [f"coalesce({hash_sql(one)} in (select hash from tombstones), false)" for one in named]
    return f"({' or '.join(checks)})" if checks else "false"
