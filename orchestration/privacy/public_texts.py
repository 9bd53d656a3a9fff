"""Texts that leave the private warehouse, searched for addresses and names of the company's contacts.

`find` says what stands where and is what the gate asks; `mask` takes it out of free texts before a release is
checked. Ids are hashed in `models/` (macro `public_id`), since joins and later refreshes need them to stay the same.
One pass over each table collects the few texts that may hold something; only those are looked at closely.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import duckdb

from orchestration.core.duckdb_session import literal, name
from orchestration.privacy.private_values import PrivateValues
from orchestration.privacy.redaction import MASK
from orchestration.privacy.spellings import (
    EMAIL,
    MAYBE_EMAIL,
    PHONE,
    name_pattern,
)

MASKED_TEXTS = "masked_texts"
"""A private table in schema `landing`: what marts show masked, so that what landed is not compared with it."""
_HASHED = ("_hmac",)
_KEYS = ("_key", "_id")
_TEXT_MAY_HOLD = "length(value) > 4"
_KEY_MAY_HOLD = "length(value) > 6 and regexp_matches(value, '[@+%( ]|[0-9]{9}|[^ -~]')"
_ADDRESS = r"[＠+%(]|@(?:[^0-9]|[0-9]{0,3}[^0-9])|(?i:arroba|\Wat\W)"
_SUSPICIOUS = (
    rf"{_ADDRESS}|[0-9](?:[ ().\-/]{{0,3}}[0-9]){{6}}|[\p{{L}}]{{2}}[^\p{{L}}]+[\p{{L}}]{{2}}"
)
_SUSPICIOUS_KEY = (
    rf"{_ADDRESS}|(?:^|[^0-9A-Za-z])[0-9](?:[ ().\-/]{{0,3}}[0-9]){{8}}(?:[^0-9A-Za-z]|$)"
    r"|[\p{L}]{2}[\s,.]+[\p{L}]{2}"
)
_COMPUTED = frozenset({"alerts", "scorecard", "metric_values"})
"""Tables whose texts are figures in words: a number there is a phone only where it is one of somebody."""
_EMAIL, _MAYBE, _PHONE = (re.compile(one) for one in (EMAIL, MAYBE_EMAIL, PHONE))
_DATE = re.compile(r"(?:19|20)\d\d[-/. ]\d\d?[-/. ]\d\d?|\d\d?[-/. ]\d\d?[-/. ](?:19|20)\d\d")


_VERSION = r"[@|](?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}(?: [0-9:.]{5,15})?"
"""A time within a key, as in that of a rep's version."""


@dataclass(frozen=True)
class TextColumn:
    """A column of texts of a table in the database `marts`."""

    schema: str
    table: str
    column: str

    @property
    def is_key(self) -> bool:
        """Whether it holds ids, which are hashed and never masked."""
        return self.column.endswith(_KEYS)

    @property
    def is_computed(self) -> bool:
        """Whether the refresh itself wrote its texts."""
        return self.table in _COMPUTED or self.schema in ("quality", "scorecards")

    @property
    def relation(self) -> str:
        """The table in SQL."""
        return f"marts.{name(self.schema)}.{name(self.table)}"


@dataclass(frozen=True)
class FoundText:
    """A text that holds an address or a name; `kinds` are `e-mail`, `phone`, `name`."""

    value: str = field(repr=False)
    kinds: tuple[str, ...]
    masked: str


def find(
    connection: duckdb.DuckDBPyConnection, private: PrivateValues, *, strict: bool = False
) -> dict[TextColumn, tuple[FoundText, ...]]:
    """What stands in texts of the attached database `marts`, by column.

    `strict` counts every number that can be dialled in the country; else a bare number is one where somebody has it.
    """
    suspicious = _suspicious(connection)
    judged = _Judge(connection, private, {v for vs in suspicious.values() for v in vs})
    found = {
        column: tuple(
            one
            for value in values
            if (one := judged.judge(value, strict=strict and not column.is_computed)) is not None
            and not (column.is_computed and one.kinds == ("phone",) and not judged.knows(value))
        )
        for column, values in suspicious.items()
    }
    return {column: values for column, values in found.items() if values}


def mask_marts(warehouse: Path, marts: Path, *, memory_limit: str) -> int:
    """Mask the texts of a candidate's marts, both of whose files are closed; how many different texts changed."""
    with duckdb.connect(config={"memory_limit": memory_limit}) as connection:
        connection.execute(f"attach {literal(str(warehouse))} as warehouse")
        connection.execute(f"attach {literal(str(marts))} as marts")
        return mask(connection, PrivateValues.of(connection))


def mask(connection: duckdb.DuckDBPyConnection, private: PrivateValues) -> int:
    """Take addresses and names out of all texts but keys; how many different texts changed, by column."""
    masked = 0
    connection.execute(
        f"create table if not exists warehouse.landing.{MASKED_TEXTS} (value varchar)"
    )
    for column, values in find(connection, private, strict=True).items():
        if column.is_key:
            continue
        pairs = ", ".join(f"({literal(one.value)}, {literal(one.masked)})" for one in values)
        text = name(column.column)
        connection.execute(
            f"update {column.relation} set {text} = masked.shown "
            f"from (values {pairs}) as masked (value, shown) where {text} = masked.value"
        )
        connection.execute(
            f"insert into warehouse.landing.{MASKED_TEXTS} "
            "select unnest(?) except select value from "
            f"warehouse.landing.{MASKED_TEXTS}",
            [[one.value for one in values]],
        )
        masked += len(values)
    return masked


def found_in_texts(
    connection: duckdb.DuckDBPyConnection, private: PrivateValues, texts: Iterable[str]
) -> tuple[FoundText, ...]:
    """What stands in texts of files: docs, logs."""
    values = {one for one in texts if one.strip()}
    judged = _Judge(connection, private, values)
    found = (judged.judge(value, strict=False) for value in sorted(values))
    return tuple(
        one for one in found if one and (one.kinds != ("phone",) or judged.knows(one.value))
    )


def _suspicious(connection: duckdb.DuckDBPyConnection) -> dict[TextColumn, list[str]]:
    """The distinct texts of each column that may hold something; one statement reads a table once."""
    connection.execute("create or replace temp table public_texts (number integer, value varchar)")
    columns = _columns(connection)
    numbers = {column: number for number, column in enumerate(columns)}
    for _, table in groupby(columns, key=lambda column: column.relation):
        parts = " union all ".join(
            f"select {numbers[column]}, value from (select distinct {_text(column)} as value "
            f"from {column.relation}) where {_KEY_MAY_HOLD if column.is_key else _TEXT_MAY_HOLD}"
            for column in table
        )
        connection.execute(f"insert into public_texts {parts}")
    # Patterns with letters of all scripts take long to compile: they look at what is left, once.
    connection.execute("create or replace temp table public_keys (number integer)")
    keys = ", ".join(f"({numbers[column]})" for column in columns if column.is_key)
    if keys:
        connection.execute(f"insert into public_keys values {keys}")
    found: dict[TextColumn, list[str]] = {}
    for kind, pattern in (("semi", _SUSPICIOUS_KEY), ("anti", _SUSPICIOUS)):
        for number, value in connection.execute(
            f"select number, value from public_texts {kind} join public_keys using (number) "
            f"where regexp_matches(value, {literal(pattern)})"
        ).fetchall():
            found.setdefault(columns[number], []).append(value)
    return found


def _columns(connection: duckdb.DuckDBPyConnection) -> list[TextColumn]:
    rows = connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "inner join duckdb_tables() using (database_name, schema_name, table_name) "
        "where database_name = 'marts' and data_type in ('VARCHAR', 'JSON', 'VARCHAR[]') order by all"
    ).fetchall()
    return [TextColumn(*row) for row in rows if not row[2].endswith(_HASHED)]


def _text(column: TextColumn) -> str:
    text = f"cast({name(column.column)} as varchar)"
    if not column.is_key:
        return text
    version = literal(_VERSION)
    without = f"regexp_replace({text}, {version}, ' ', 'g')"
    return f"case when regexp_matches({text}, '[@|][12]') then {without} else {text} end"


class _Judge:
    """Texts looked at closely, with what the private warehouse knows of the addresses and names in them."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, private: PrivateValues, values: set[str]
    ) -> None:
        self._private = private
        self._numbers = private.known_numbers(connection, _tails(values, private.digits))
        self._emails = private.known_emails(connection, _maybe_emails(values))
        self._names = private.names_in(connection, values)
        self._judged: dict[tuple[str, bool], FoundText | None] = {}

    def judge(self, value: str, *, strict: bool) -> FoundText | None:
        """What the text holds, or None."""
        key = (value, strict)
        if key not in self._judged:
            self._judged[key] = self._look(value, strict=strict)
        return self._judged[key]

    def knows(self, value: str) -> bool:
        """Whether a number in the text is somebody's."""
        return any(
            tail in self._numbers
            for match in _PHONE.finditer(value)
            for tail in tails_of(match[0], self._private.digits)
        )

    def _look(self, value: str, *, strict: bool) -> FoundText | None:
        kinds: dict[str, None] = {}

        def cover(kind: str) -> str:
            kinds[kind] = None
            return MASK

        text = value
        text = _EMAIL.sub(lambda match: cover("e-mail"), text)
        text = _MAYBE.sub(
            lambda match: cover("e-mail") if _compact(match[0]) in self._emails else match[0], text
        )
        text = _PHONE.sub(
            lambda match: cover("phone") if self._is_phone(match[0], strict) else match[0], text
        )
        for words in self._names.get(value, ()):
            text = re.sub(f"(?i){name_pattern(words)}", lambda _: cover("name"), text)
        return FoundText(value, tuple(kinds), text) if kinds else None

    def _is_phone(self, spelled: str, strict: bool) -> bool:
        if any(tail in self._numbers for tail in tails_of(spelled, self._private.digits)):
            return True
        if _DATE.search(spelled):
            return False
        digits = re.sub(r"\D", "", spelled)
        if spelled.lstrip("(").startswith("+"):
            return 10 <= len(digits) <= 15
        groups = re.findall(r"\d+", spelled)
        is_grouped = len(groups) == 1 or len(groups[0]) <= 3 or groups[0].startswith("0")
        return strict and is_grouped and self._private.is_national(digits)


def tails_of(spelled: str, length: int) -> Iterator[str]:
    """Ends of the numbers that may stand in a run of digits: the run's own, or of any part where it has several."""
    digits = re.sub(r"\D", "", spelled)
    if digits == spelled.lstrip("+"):
        if length <= len(digits) <= 15:
            yield digits[-length:]
        return
    for start in range(len(digits) - length + 1):
        yield digits[start : start + length]


def _tails(values: Iterable[str], length: int) -> set[str]:
    return {
        tail
        for value in values
        for match in _PHONE.finditer(value)
        for tail in tails_of(match[0], length)
    }


def _maybe_emails(values: Iterable[str]) -> set[str]:
    return {_compact(match[0]) for value in values for match in _MAYBE.finditer(value)}


def _compact(spelled: str) -> str:
    """`a dot b at c dot com` as `a.b@c.com`."""
    text = re.sub(r"(?i)\s+(?:at|arroba)\s+", "@", spelled)
    text = re.sub(r"(?i)\s*(?:[(\[{]\s?(?:dot|punto)\s?[)\]}]|\s(?:dot|punto)\s)\s*", ".", text)
    return re.sub(r"\s*\.\s*", ".", text).strip(" .").lower()
