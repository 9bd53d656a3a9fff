"""Rows that have left their selection: taken once, and left out by its `where` in a newer version.

Which rows those are is found once per refresh, from the digests that `left_out_keys` keeps, and stands in table
`landing.left_out`; the view of a stream ends them with a newer version, as if their source had deleted them. An older
version ends no newer one, and a selection's `where` ends only what that selection took: a row that another selection
takes stays. Reading files belongs to `stream_landing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.core import duckdb_session
from orchestration.core.errors import SourceError
from orchestration.core.records import Load
from orchestration.ingestion.file_patterns import is_matched
from orchestration.ingestion.inbox import fingerprint
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.parts import StreamPart, stream_parts
from orchestration.ingestion.left_out_keys import NO_TIME, changed_at, key_digest, left_out_file
from orchestration.settings import Home, SelectionSpec, Settings
from orchestration.settings.contract import StreamContract

_COLUMNS = (
    "stream varchar, load_id varchar, part integer, line bigint, key ubigint, file varchar, "
    "load_seq bigint, changed_at timestamp, is_deleted boolean"
)


def make_left_out_table(connection: duckdb.DuckDBPyConnection) -> None:
    """Make table `landing.left_out`: one row per landed row that a newer version takes the place of.

    `load_id`, `part`, `line` and `key` name the row; `file`, `load_seq`, `changed_at` and `is_deleted` are those of
    the version that the view adds.
    """
    connection.execute(f"create or replace table landing.left_out ({_COLUMNS})")


def add_left_out(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    home: Home,
    ledger: Ledger,
    *,
    stream: StreamContract,
    loads: Sequence[Load],
) -> list[Load]:
    """Enter the rows of a stream that have left their selection; returns the loads that have such rows.

    `loads` are those of the stream that count, in order. Reads nothing where none of them left a key out.
    """
    excluded = [path for load in loads if (path := left_out_file(home, load)).is_file()]
    if not excluded:
        return []
    connection.register("scopes", _scopes(settings, ledger, stream))
    landed = [
        home.landing_of(source=load.source, stream=load.stream) / f"{load.load_id}.parquet"
        for load in loads
    ]
    try:
        connection.execute(
            f"insert into landing.left_out {_query(stream, _files(excluded), _files(landed))}"
        )
    except duckdb.IOException as error:
        raise SourceError(
            f"The keys that {stream.name} leaves out cannot be read from {home.left_out}: "
            f"{str(error).splitlines()[0]}. Put the folder back from a backup, or touch the files of the "
            "stream in the inbox and change its mapping, so that they are read again."
        ) from error
    finally:
        connection.unregister("scopes")
    ended = connection.execute(
        "select distinct load_id from landing.left_out where stream = ?", [stream.name]
    ).fetchall()
    ids = {load_id for (load_id,) in ended}
    return [load for load in loads if load.load_id in ids]


def newer_versions(stream: StreamContract, paths: Sequence[Path]) -> str:
    """A SELECT of the versions that the view adds; `paths` are the files of the loads with such rows."""
    names = ", ".join(duckdb_session.name(column.name) for column in stream.landed)
    changed = [
        "ended.file as _file",
        "ended.load_seq as _load_seq",
        "rows._line + 1 as _line",
        "ended.is_deleted as _is_deleted",
        "cast(null as varchar) as _extra",
    ]
    if stream.newest_by:
        name = duckdb_session.name(stream.newest_by)
        kind = stream.column(stream.newest_by).data_type
        changed.append(
            f"case when ended.changed_at > {NO_TIME} then cast(ended.changed_at as {kind}) end as {name}"
        )
    return f"""
        select {names} from (
            select rows.* replace ({", ".join(changed)})
            from (
                select *, {key_digest(stream, "_source")} as key from read_parquet([{_files(paths)}])
            ) as rows
            inner join landing.left_out as ended
                on ended.stream = {duckdb_session.literal(stream.name)}
                and rows._load_id = ended.load_id and rows._part = ended.part
                and rows._line = ended.line and rows.key = ended.key
        )
    """


def _scopes(settings: Settings, ledger: Ledger, stream: StreamContract) -> pa.Table:
    """Part by part, the selections whose `where` decides over its rows.

    A part that was read with a mapping that is gone, and whose file has left the inbox, belongs to every selection
    that names its file today.
    """
    rows: list[tuple[str, int, str]] = []
    for source, spec in settings.sources.items():
        if stream.name not in spec.streams:
            continue
        selections = settings.selections_of(source, stream.name)
        marks = {
            fingerprint(settings, source=source, stream=stream, selection=selection): selection
            for selection in selections
        }
        for part in stream_parts(ledger, source=source, stream=stream.name):
            rows += [(part.load_id, part.part, mark) for mark in _marks_of(part, marks)]
    ids, parts, marks_of_parts = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {
            "load_id": pa.array(ids, type=pa.string()),
            "part": pa.array(parts, type=pa.int32()),
            "scope": pa.array(marks_of_parts, type=pa.string()),
        }
    )


def _marks_of(part: StreamPart, marks: dict[str, SelectionSpec]) -> list[str]:
    if part.fingerprint in marks:
        return [part.fingerprint]
    return [mark for mark, selection in marks.items() if is_matched(part.path, selection.files)]


def _query(stream: StreamContract, excluded: str, landed: str) -> str:
    """Rows of `landing.left_out` for one stream, from its files of keys and of rows.

    `taken` are landed rows of keys that were ever left out, `judged` whether a newer version left them out. Where that
    is so of the newest one, the newest of the others takes its place, or the key is deleted.
    """
    one_row = "" if stream.keys_repeat else "where of_version = 1"
    return f"""
        with {_judged(stream, excluded, landed)},
        ended as (
            select key, max(changed_at) as changed_at, max(file) as file, max(load_seq) as load_seq
            from (
                select key, changed_at, file, load_seq from excluded
                union all
                select key, changed_at, file, load_seq from judged
            )
            where key in (
                select key from judged
                qualify row_number() over (
                    partition by key order by changed_at desc, file desc, load_seq desc, line desc
                ) = 1 and is_left_out
            )
            group by key
        ),
        ranked as (
            select judged.*,
                rank() over (
                    partition by key order by is_left_out, changed_at desc, file desc, load_seq desc
                ) as of_key,
                row_number() over (
                    partition by key, is_left_out, changed_at, file, load_seq order by line desc
                ) as of_version
            from judged where key in (select key from ended)
        )
        select {duckdb_session.literal(stream.name)}, ranked.load_id, ranked.part, ranked.line,
            ranked.key, ended.file, ended.load_seq, ended.changed_at, ranked.is_left_out
        from (select * from ranked {one_row}) as ranked inner join ended using (key)
        where ranked.of_key = 1
    """


def _judged(stream: StreamContract, excluded: str, landed: str) -> str:
    """Expressions of a `with` clause: `excluded`, the versions left out, and `judged`."""
    # Joins are by equality alone: with an inequality, DuckDB compares every pair of rows.
    version = "row(changed_at, file, load_seq)"
    version_of_taken = "row(taken.changed_at, taken.file, taken.load_seq)"
    return f"""
        excluded as (
            select keys.*, scopes.scope
            from read_parquet([{excluded}]) as keys inner join scopes using (load_id, part)
        ),
        taken as (
            select key, _load_id as load_id, _part as part, _line as line,
                {changed_at(stream)} as changed_at, _file as file, _load_seq as load_seq
            from (select *, {key_digest(stream, "_source")} as key from read_parquet([{landed}]))
            where key in (select key from excluded)
        ),
        elsewhere as (
            select key, scope, max({version}) as version
            from excluded where not in_file_only group by all
        ),
        in_file as (
            select key, scope, file, max({version}) as version from excluded group by all
        ),
        judged as (
            select taken.*,
                coalesce(bool_or(elsewhere.version > {version_of_taken}), false)
                or coalesce(bool_or(in_file.version > {version_of_taken}), false) as is_left_out
            from taken
            left join scopes using (load_id, part)
            left join elsewhere on taken.key = elsewhere.key and scopes.scope = elsewhere.scope
            left join in_file
                on taken.key = in_file.key and scopes.scope = in_file.scope
                and taken.file = in_file.file
            group by all
        )
    """


def _files(paths: Sequence[Path]) -> str:
    return ", ".join(duckdb_session.file(path) for path in paths)
