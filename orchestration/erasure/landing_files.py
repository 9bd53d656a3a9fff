"""Files of landing and quarantine as an erasure reads them: their paths, relations and text columns.

What is searched for or taken out belongs to `landing_plan` and `landing`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.core import duckdb_session
from orchestration.core.records import Load
from orchestration.privacy.data_subject import DataSubject
from orchestration.privacy.suppression import Origin, names_subject
from orchestration.settings import Home

_ORIGINS = ("_source", "_key_source", "_load_id", "_file")


@contextmanager
def open_session(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that spills into the home's scratch."""
    with duckdb_session.connect(scratch=home.work / "forget") as connection:
        yield connection


def landed_origin(country: str, subject: DataSubject | None = None) -> Origin:
    """The columns of a landed row that name its origin; `subject` is who is looked for, where that is known."""
    may_name = subject.may_be_named_sql if subject is not None else None
    return Origin("_source", "_key_source", country, may_name)


def landing_file(home: Home, load: Load) -> Path:
    """The file of a load's rows."""
    return home.landing_of(source=load.source, stream=load.stream) / f"{load.load_id}.parquet"


def quarantine_file(home: Home, load: Load) -> Path:
    """The file of a load's rejected rows; there may be none."""
    return home.quarantine_of(source=load.source, stream=load.stream) / f"{load.load_id}.parquet"


def landed_rows(home: Home, load: Load) -> str:
    """A load's rows as a relation."""
    return f"read_parquet({duckdb_session.file(landing_file(home, load))})"


def text_columns(connection: duckdb.DuckDBPyConnection, home: Home, load: Load) -> list[str]:
    """The text columns of a landed file that may hold an address."""
    rows = connection.execute(f"describe select * from {landed_rows(home, load)}").fetchall()
    return [row[0] for row in rows if row[1] == "VARCHAR" and row[0] not in _ORIGINS]


def quarantined_mention(subject: DataSubject, country: str) -> str:
    """Whether a quarantined row names the person; of UTF-16, bytes stand as text with `\\x00` between."""
    # Bytes stand as escapes there: no cheap condition comes first.
    texts = ("raw", "replace(raw, '\\x00', '')", "reason")
    conditions = [subject.mentioned_sql(text) for text in texts]
    conditions += [names_subject(text, country=country) for text in texts]
    return f"({' or '.join(conditions)})"
