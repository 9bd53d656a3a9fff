"""What the private warehouse knows of persons outside: names, e-mails and phones, looked up for the few texts at hand.

Which columns hold them is declared in the contract. Names that are also those of a rep, an account or a product are not
looked for. Everything stays in DuckDB: a company has more contacts than texts that may name one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

import duckdb

from orchestration.core.duckdb_session import name
from orchestration.privacy.spellings import folded_words_sql
from orchestration.settings.contract import StreamContract
from orchestration.settings.contract_loading import load_contract
from orchestration.settings.phone_numbers import national_number, telling_digits

_LONGEST_NAME = 8
"""Words; longer names are found by their first words."""
_NAMED_ALIKE = (("users", "full_name"), ("products", "name"))


@dataclass(frozen=True)
class PrivateValues:
    """The landed rows of a warehouse that is attached as `warehouse`."""

    country: str
    names_leave: bool = False
    """Whether full names of contacts may leave, as embudo.yml says."""

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection) -> PrivateValues:
        """As the settings in the warehouse say; raises `duckdb.Error` where there are none."""
        settings = connection.execute("select * from warehouse.landing.settings")
        names = [column[0] for column in settings.description or ()]
        row = dict(zip(names, settings.fetchone() or (), strict=False))
        return cls(str(row.get("country")), bool(row.get("publish_contact_names")))

    @property
    def digits(self) -> int:
        """How many last digits tell a number from others."""
        return telling_digits(self.country)

    def is_national(self, digits: str) -> bool:
        """Whether a bare number can be dialled as it is."""
        return self._national.fullmatch(digits) is not None

    @cached_property
    def _national(self) -> re.Pattern[str]:
        return re.compile(national_number(self.country))

    def known_numbers(
        self, connection: duckdb.DuckDBPyConnection, tails: Collection[str]
    ) -> frozenset[str]:
        """Those of the ends of numbers that are somebody's."""
        if not tails:
            return frozenset()
        columns = " union all ".join(
            f"select {name(column)} as value from warehouse.landing.{name(stream)}"
            for stream, column in _columns("phone")
        )
        return _known(
            connection,
            tails,
            f"select right(piece, {self.digits}) as value from (select unnest(list_transform("
            "regexp_split_to_array(value, '[/;,|]'), lambda one: regexp_replace(one, '[^0-9]', '', 'g'))) "
            f"as piece from ({columns})) where length(piece) >= {self.digits}",
        )

    def known_emails(
        self, connection: duckdb.DuckDBPyConnection, emails: Collection[str]
    ) -> frozenset[str]:
        """Those of the e-mails that are somebody's."""
        if not emails:
            return frozenset()
        columns = " union all ".join(
            f"select lower(trim({name(column)})) as value from warehouse.landing.{name(stream)}"
            for stream, column in _columns("email")
        )
        return _known(connection, emails, columns)

    def names_in(
        self, connection: duckdb.DuckDBPyConnection, values: Collection[str]
    ) -> dict[str, list[tuple[str, ...]]]:
        """Text to the full names of contacts in it, as words in the order in which they stand."""
        if self.names_leave or not values:
            return {}
        connection.execute("create or replace temp table shown_texts (value varchar)")
        _insert(connection, "shown_texts", values)
        connection.execute(
            "create or replace temp table shown_words as "
            f"select value, {folded_words_sql('value')} as words from shown_texts"
        )
        found: dict[str, list[tuple[str, ...]]] = {}
        for value, words in connection.execute(
            f"""
            with runs as (
                select distinct value, array_to_string(words[start:start + size - 1], ' ') as run
                from shown_words, unnest(range(2, {_LONGEST_NAME} + 1)) as sizes (size),
                    unnest(range(1, len(words) - size + 2)) as starts (start)
            )
            select runs.value, runs.run from runs semi join ({_names_sql()}) as names on names.name = runs.run
            order by length(runs.run) desc, runs.run
            """
        ).fetchall():
            found.setdefault(value, []).append(tuple(words.split(" ")))
        return found


def _names_sql() -> str:
    """Full names of contacts in every order of their words, less those that something else is called."""
    contacts = " union ".join(
        f"select {folded_words_sql(name(column))} as words from warehouse.landing.{name(stream)}"
        for stream, column in _columns("name")
    )
    called = " union all ".join(
        f"select array_to_string({folded_words_sql(name(column))}, ' ') from warehouse.landing.{name(stream)}"
        for stream, column in _NAMED_ALIKE
    )
    accounts = (
        f"select array_to_string({folded_words_sql('name')}, ' ') from warehouse.landing.accounts"
    )
    return f"""
        with persons as (
            select distinct words from ({contacts}) where len(words) between 2 and {_LONGEST_NAME}
        ),
        apart as (
            select words, array_to_string(words, ' ') as name,
                array_to_string(words, ' ') in ({accounts}) as is_account
            from persons where array_to_string(words, ' ') not in ({called} union all select '')
        ),
        people as (
            -- An account of just that name is a company, unless its first word is somebody else's given name.
            select words from apart
            where not is_account or words[1] in (select words[1] from apart where not is_account)
        )
        select distinct array_to_string(list_concat(words[start:], words[:start - 1]), ' ') as name
        from people, unnest(range(1, len(words) + 1)) as starts (start)
    """


def _columns(kind: str) -> Iterator[tuple[str, str]]:
    """Stream and column that hold such an address of persons outside."""
    for stream in _streams():
        for column in stream.columns:
            if column.address == kind:
                yield stream.name, column.name


def _streams() -> list[StreamContract]:
    return [one for one in load_contract().values() if one.personal in ("subject", "owned")]


def _known(
    connection: duckdb.DuckDBPyConnection, asked: Collection[str], known: str
) -> frozenset[str]:
    connection.execute("create or replace temp table asked_values (value varchar)")
    _insert(connection, "asked_values", asked)
    rows = connection.execute(
        f"select distinct asked_values.value from asked_values semi join ({known}) as known using (value)"
    ).fetchall()
    return frozenset(row[0] for row in rows)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, values: Collection[str]) -> None:
    connection.execute(f"insert into {table} select unnest(?)", [sorted(values)])
