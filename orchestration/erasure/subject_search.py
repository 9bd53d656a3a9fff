"""Who a person is: all addresses and keys that the landed rows of persons tie to the ones that were given.

Rows of persons are those of streams that are `personal: subject`. Rows about a person in other streams belong to
`landing_plan`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from orchestration.core import duckdb_session
from orchestration.core.errors import SettingsInvalid
from orchestration.core.records import Load
from orchestration.erasure.landing_files import landed_origin, landed_rows
from orchestration.privacy import suppression
from orchestration.privacy.addresses import address_sql, calling_codes
from orchestration.privacy.data_subject import DataSubject
from orchestration.privacy.spellings import is_full_name, words_of
from orchestration.settings import Home
from orchestration.settings.contract import StreamContract

Address = tuple[str, str]
"""A kind (`email`, `phone`) and a normalised value."""


@dataclass
class _Persons:
    """The persons of one stream, by key."""

    addresses: dict[str, set[Address]] = field(default_factory=dict)
    references: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    """Key to the persons (stream, key) of other streams that it refers to."""
    names: dict[str, set[str]] = field(default_factory=dict)
    """Key to its full names, folded."""

    def matching(
        self, chosen: set[str], own: set[Address], known: set[tuple[str, str]]
    ) -> set[str]:
        """Keys of the rows of a person: those chosen, with an own address, that refer to a known row of the person, or
        without any address and of the same full name.
        """
        matching = chosen | {
            key
            for key, has in self.addresses.items()
            if has & own or self.references.get(key, set()) & known
        }
        called = {_sorted(name) for key in matching for name in self.names.get(key, ())}
        return matching | {
            key
            for key, has in self.names.items()
            if not self.addresses.get(key) and any(_sorted(name) in called for name in has)
        }

    def addresses_but(self, matching: set[str]) -> set[Address]:
        """Addresses of everybody else."""
        return set().union(*(has for key, has in self.addresses.items() if key not in matching))

    def names_but(self, matching: set[str]) -> set[str]:
        """Full names of everybody else, as they are compared."""
        return {
            _sorted(name) for key, has in self.names.items() if key not in matching for name in has
        }


def find_subject(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    loads: Sequence[Load],
    contract: Mapping[str, StreamContract],
    *,
    addresses: set[Address],
    keys: Mapping[str, set[str]],
    erased: set[str],
    country: str,
) -> tuple[DataSubject, tuple[Address, ...]]:
    """The person who has one of the addresses or keys (by stream), and the addresses that others have too.

    Streams of persons are searched from those that refer to no other (contacts) to those that do (leads). An address
    of a matching row is the person's own where no other row of the former has it; so is a full name, which also makes
    rows without any address theirs. Keys in `erased` need not be in
    landing. Raises `SettingsInvalid` where any other key is not.
    """
    streams = _in_order(contract)
    own, all_addresses, others = set(addresses), set(addresses), set[Address]()
    subjects: dict[str, set[str]] = {}
    names, names_of_others = set[str](), _names_of_staff(connection, home, loads, contract)
    for stream in streams:
        persons = _persons(connection, home, loads, stream, country)
        chosen = keys.get(stream.name, set())
        missing = sorted(chosen - set(persons.addresses) - erased)
        if missing:
            raise SettingsInvalid(
                f"No row of {stream.name} with the key {', '.join(missing)} has landed; expected a key as in the "
                "marts: source:id."
            )
        known = {(name, key) for name, keys in subjects.items() for key in keys}
        matching = persons.matching(chosen, own, known)
        if not stream.references:
            others |= persons.addresses_but(matching)
            names_of_others |= persons.names_but(matching)
        for key in matching:
            all_addresses |= persons.addresses.get(key, set())
            names |= persons.names.get(key, set())
        own = addresses | (all_addresses - others)
        subjects[stream.name] = matching
    subject = DataSubject(
        emails=tuple(sorted(value for kind, value in own if kind == "email")),
        phones=tuple(sorted(value for kind, value in own if kind == "phone")),
        names=tuple(sorted(name for name in names if _sorted(name) not in names_of_others)),
        subjects={name: tuple(sorted(keys)) for name, keys in subjects.items()},
        calling_codes=calling_codes(),
    )
    return subject, tuple(sorted(all_addresses - own))


def find_handles(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    loads: Sequence[Load],
    contract: Mapping[str, StreamContract],
    *,
    country: str,
) -> tuple[str, ...]:
    """Handles in rows that go with a person who is among the connection's tombstones."""
    handles: set[str] = set()
    for load in loads:
        stream = contract[load.stream]
        own = suppression.is_own(stream, landed_origin(country))
        for column in stream.addresses if stream.is_erased else ():
            if column.address == "handle":
                handle = address_sql(column, country=country)
                rows = connection.execute(
                    f"select distinct {handle} from {landed_rows(home, load)} where {own}"
                ).fetchall()
                handles |= {row[0] for row in rows if row[0] is not None}
    return tuple(sorted(handles))


def _in_order(contract: Mapping[str, StreamContract]) -> list[StreamContract]:
    """The streams of persons, each after those that it refers to."""
    waiting = [stream for stream in contract.values() if stream.personal == "subject"]
    placed: list[StreamContract] = []
    while waiting:
        names = {stream.name for stream in waiting}
        ready = [
            stream
            for stream in waiting
            if not names & {column.refers_to for column in stream.references} - {stream.name}
        ]
        # Streams that refer to one another are taken as they come.
        placed += ready or waiting
        waiting = [stream for stream in waiting if stream not in placed]
    return placed


def _persons(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    loads: Sequence[Load],
    stream: StreamContract,
    country: str,
) -> _Persons:
    persons = _Persons()
    kinds = [column for column in stream.addresses if column.address in ("email", "phone")]
    named = [column for column in stream.columns if column.address == "name"]
    values = [address_sql(column, country=country) for column in kinds]
    values += [duckdb_session.name(column.name) for column in named]
    values += [
        f"_key_source || ':' || {duckdb_session.name(column.name)}" for column in stream.references
    ]
    key = f"_source || ':' || {duckdb_session.name(stream.keys[0])}"
    for load in loads:
        if load.stream != stream.name:
            continue
        for own, *texts in connection.execute(
            f"select distinct {', '.join([key, *values])} from {landed_rows(home, load)}"
        ).fetchall():
            addresses = persons.addresses.setdefault(own, set())
            references = persons.references.setdefault(own, set())
            for column, value in zip(kinds, texts, strict=False):
                if value is not None:
                    addresses.add((str(column.address), value))
            persons.names.setdefault(own, set()).update(
                _full_names(texts[len(kinds) :][: len(named)])
            )
            referred = texts[len(kinds) + len(named) :]
            for column, value in zip(stream.references, referred, strict=True):
                if value is not None:
                    references.add((str(column.refers_to), value))
    return persons


def _sorted(name: str) -> str:
    """A name in one order of its words, whatever their order in a file."""
    return " ".join(sorted(name.split()))


def _full_names(texts: Iterable[str | None]) -> Iterator[str]:
    for text in texts:
        words = words_of(text or "")
        if is_full_name(words):
            yield " ".join(words)


def _names_of_staff(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    loads: Sequence[Load],
    contract: Mapping[str, StreamContract],
) -> set[str]:
    """Full names of the company's own people: texts that name them stay."""
    found: set[str] = set()
    for load in loads:
        stream = contract[load.stream]
        for column in stream.columns if stream.personal == "staff" else ():
            if column.address == "name":
                rows = connection.execute(
                    f"select distinct {duckdb_session.name(column.name)} from {landed_rows(home, load)}"
                ).fetchall()
                found.update(_sorted(name) for name in _full_names(row[0] for row in rows))
    return found
