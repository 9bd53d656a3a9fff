"""Loads checked against the tombstones: whose rows they are, in SQL over keyed hashes.

The same conditions erase what has landed (`orchestration.erasure`) and keep it from landing again
(`orchestration.ingestion`). They follow what the contract declares: rows of a person (`personal: subject` or `owned`)
go; what the company did or sold with them (`mentions`) stays, with no reference to the person.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import duckdb

from orchestration.core import duckdb_session
from orchestration.privacy.addresses import address_sql, hash_sql
from orchestration.privacy.data_subject import ERASED
from orchestration.privacy.hash_key import PrivacyKey
from orchestration.privacy.spelled_hashes import NAME_SIZES, is_known_sql, name_size
from orchestration.settings.contract import ContractColumn, StreamContract

_ORIGINS = ("_source", "_key_source", "_load_id", "_file")


@dataclass(frozen=True)
class Origin:
    """A row's origin and whose keys it uses, as SQL; `country` dials its numbers.

    `named` is SQL of whether a text names anybody, `may_name` of whether it can, where that is known more cheaply.
    """

    source: str
    key_source: str
    country: str
    may_name: Callable[[str], str] | None = None
    named: Callable[[str], str] | None = None


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
    sizes = sorted({size for hash_ in hashes if (size := name_size(hash_)) is not None})
    connection.execute(f"set variable {NAME_SIZES} = cast({sizes} as integer[])")


def suppress(
    connection: duckdb.DuckDBPyConnection, stream: StreamContract, origin: Origin, *, part: int
) -> int:
    """Leave erased persons out of a staged part; returns how many rows no longer count.

    Their own rows are skipped; rows that stay lose the reference to them and the texts that name them.
    """
    found = replace(origin, named=_named_texts(connection, stream, origin, part))
    connection.execute(
        "create or replace temp table own_rows as "
        f"select rowid as row from staged where _part = ? and {is_own(stream, found)}",
        [part],
    )
    own = "rowid in (select row from own_rows)"
    connection.execute(f"update staged set _left_out = false where _left_out and {own}")
    row = connection.execute(f"select count(*) from staged where _kept and {own}").fetchone()
    dropped = int(row[0]) if row else 0
    if dropped:
        connection.execute(
            f"update staged set _kept = false, _fault = null, _raw = null where _kept and {own}"
        )
    assigned = ", ".join(
        f"{duckdb_session.name(column)} = {sql}"
        for column, sql in scrubbed_columns(stream, found).items()
    )
    connection.execute(
        f"update staged set {assigned} where _part = ? and {mentions(stream, found)}", [part]
    )
    return dropped


def _named_texts(
    connection: duckdb.DuckDBPyConnection, stream: StreamContract, origin: Origin, part: int
) -> Callable[[str], str]:
    """Look at each different text of a part once; SQL of whether a text is among those that name somebody."""
    texts = " union ".join(
        f"select {duckdb_session.name(column)} as value from staged where _part = {part}"
        for column in _texts(stream)
    )
    connection.execute(
        "create or replace temp table named_texts as "
        f"select value from ({texts}) where {names_subject('value', country=origin.country)}"
    )
    return lambda text: f"coalesce({text} in (select value from named_texts), false)"


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
    conditions = [_address_known(column, origin) for column in stream.addresses]
    identifiers = [_reference(column, origin) for column in stream.references]
    if stream.personal == "subject":
        key = duckdb_session.name(stream.keys[0])
        identifiers.append(f"'{stream.name}/' || {origin.source} || ':' || {key}")
        conditions.append(_named(key, origin))
    return f"({' or '.join([_any(identifiers), *conditions])})"


def references(stream: StreamContract, origin: Origin) -> dict[str, str]:
    """Column to whether it leads to an erased person, for the columns of a stream whose rows stay."""
    if stream.personal != "mentions":
        return {}
    found = {column.name: _any([_reference(column, origin)]) for column in stream.references}
    return found | {column.name: _address_known(column, origin) for column in stream.addresses}


def mentions(stream: StreamContract, origin: Origin) -> str:
    """Whether a row that stays leads to an erased person or names one in any of its texts."""
    conditions = [*references(stream, origin).values()]
    conditions += [_named(duckdb_session.name(column), origin) for column in _texts(stream)]
    return f"({' or '.join(conditions) or 'false'})"


def scrubbed_columns(
    stream: StreamContract, origin: Origin, *, scrub: Callable[[str], str] = lambda text: text
) -> dict[str, str]:
    """Column to its SQL in a row that stays: references and free texts of the person's own rows emptied, and so is
    every other text that names the person. An id that does is replaced by a hash, so that rows keep their keys.

    `scrub` (SQL to SQL) takes addresses out of texts that are kept, where the person is known in clear.
    """
    leads = references(stream, origin)
    own = " or ".join(leads.values())
    scrubbed = {}
    for column in dict.fromkeys([*leads, *_texts(stream)]):
        name = duckdb_session.name(column)
        emptied = [leads[column]] if column in leads else []
        if column in stream.free_texts and own:
            emptied.append(own)
        if not _is_id(stream, column):
            name = scrub(name)
        named = _named(name, origin)
        scrubbed[column] = (
            f"case {_emptied(emptied)}when {named} then {_instead(stream, column)} else {name} end"
        )
    return scrubbed


def names_subject(text: str, *, country: str) -> str:
    """Whether an e-mail, a phone or a full name of an erased person stands in a text."""
    return is_known_sql(text, country=country)


def _named(text: str, origin: Origin) -> str:
    if origin.named is not None:
        return origin.named(text)
    named = names_subject(text, country=origin.country)
    return named if origin.may_name is None else f"({origin.may_name(text)} and {named})"


def _emptied(conditions: list[str]) -> str:
    return f"when {' or '.join(conditions)} then null " if conditions else ""


def _instead(stream: StreamContract, column: str) -> str:
    """What stands in place of a text that names a person: nothing, where there may be nothing."""
    declared = next((one for one in stream.landed if one.name == column), None)
    if _is_id(stream, column):
        return f"'forgotten-' || left({hash_sql(duckdb_session.name(column))}, 16)"
    return f"'{ERASED}'" if declared is not None and declared.required else "null"


def _is_id(stream: StreamContract, column: str) -> bool:
    return column in stream.keys or column.endswith("_id")


def _texts(stream: StreamContract) -> list[str]:
    """Text columns in which a person may be named: all that have no closed list of words."""
    return [
        column.name
        for column in stream.landed
        if column.data_type == "varchar"
        and not column.accepted_values
        and column.name not in _ORIGINS
    ]


def _address_known(column: ContractColumn, origin: Origin) -> str:
    """By its normalised value, and by each address in a cell that has several or spells them otherwise."""
    exact = _any([f"'{column.address}/' || {address_sql(column, country=origin.country)}"])
    if column.address == "handle":
        return exact
    return f"({exact} or {_named(duckdb_session.name(column.name), origin)})"


def _reference(column: ContractColumn, origin: Origin) -> str:
    name = duckdb_session.name(column.name)
    return f"'{column.refers_to}/' || {origin.key_source} || ':' || {name}"


def _any(identifiers: list[str]) -> str:
    checks = [
        f"coalesce({hash_sql(identifier)} in (select hash from tombstones), false)"
        for identifier in identifiers
    ]
    return f"({' or '.join(checks)})" if checks else "false"
