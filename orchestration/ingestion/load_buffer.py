"""The rows of one load, gathered in DuckDB before they are written: staged, counted, held against
I3.

Which files, and what the ledger says of them, belongs to `landing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.core import duckdb_session
from orchestration.core.errors import ContractBroken, SourceError
from orchestration.core.resource_limits import explained
from orchestration.ingestion import load_plausibility
from orchestration.ingestion.casts import Locale
from orchestration.ingestion.contract_checks import staged_table, staging_query
from orchestration.ingestion.formats.readers import FileRows, open_file, raw_texts
from orchestration.ingestion.inbox import NewFile
from orchestration.ingestion.ledger.load_record import RECORD_KEY
from orchestration.ingestion.mapping import columns_read, map_file
from orchestration.privacy import suppression
from orchestration.privacy.hash_key import PrivacyKey
from orchestration.settings import Settings
from orchestration.settings.contract import StreamContract

ROW_GROUP = 122_880


@dataclass(frozen=True)
class StagedPart:
    """What one file brought. `business_max` is naive UTC."""

    part: int
    rows_read: int
    rows_landed: int
    rows_quarantined: int
    rows_skipped: int
    business_max: datetime | None


class Staging:
    """The tables of one load in a connection of its own."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        stream: StreamContract,
        settings: Settings,
        source: str,
        scratch: Path,
        forgotten: frozenset[str] = frozenset(),
        key: PrivacyKey | None = None,
    ) -> None:
        """Make the empty tables. `forgotten` are the hashes that rows are held against, under `key`."""
        self.stream = stream
        self.rows_forgotten = 0
        self._holds = bool(forgotten)
        if self._holds:
            suppression.lend(connection, forgotten, key=key)
        self.source = source
        self._settings = settings
        self._connection = connection
        self._scratch = scratch
        self._files: dict[int, str] = {}
        self._headers: dict[int, str] = {}
        self.columns: dict[int, tuple[str, ...]] = {}
        """Names of the file's own columns, by part."""
        connection.execute(f"create temp table staged ({staged_table(stream)})")
        connection.execute(
            "create temp table quarantined "
            "(_part integer, line bigint, reason varchar, raw varchar, raw_bytes blob)"
        )

    def stage(self, file: NewFile, *, part: int, landed_at: datetime) -> StagedPart:
        """Read, map, cast and check one file.

        Raises `SourceError` or `ContractBroken`, after which the part must be discarded.
        """
        self._files[part] = file.path
        zone = self._settings.time_zone_of(self.source)
        self._connection.execute(f"set TimeZone = {duckdb_session.literal(zone)}")
        folder = self._scratch / str(part)
        folder.mkdir(exist_ok=True)
        rows = open_file(
            file.absolute,
            file_format=file.file_format,
            needed=columns_read(file.selection),
            connection=self._connection,
            scratch=folder,
        )
        self._headers[part] = rows.header
        self.columns[part] = tuple(column.name for column in rows.columns)
        each = self._insert(rows, file, zone, part)
        if self._holds:
            self.rows_forgotten += suppression.hold(
                self._connection, self.stream, self._origin, part=part
            )
        counted = self._count(rows, part, each, file.path)
        load_plausibility.refuse_cut(self._connection, rows, part=part, path=file.path)
        if counted[2] >= load_plausibility.LEAST_RETYPED:
            load_plausibility.refuse_retyped(
                self._connection, self.stream, part=part, path=file.path
            )
        self._quarantine_rejects(rows, part)
        self._quarantine_faults(rows, part)
        withheld = self._withhold_quarantined(part)
        return StagedPart(
            part=part,
            rows_read=counted[0],
            rows_landed=counted[1],
            rows_quarantined=counted[2] - withheld,
            rows_skipped=counted[3] + withheld,
            business_max=self._business_max(part, landed_at),
        )

    def discard(self, part: int) -> None:
        """Forget a part."""
        self._files.pop(part, None)
        self.columns.pop(part, None)
        self._connection.execute("delete from staged where _part = ?", [part])
        self._connection.execute("delete from quarantined where _part = ?", [part])

    def _insert(self, rows: FileRows, file: NewFile, zone: str, part: int) -> int:
        if not rows.columns and not rows.records:
            return 1
        mapped = map_file(
            rows,
            selection=file.selection,
            file_format=file.file_format,
            stream=self.stream,
            file_name=file.path,
            connection=self._connection,
        )
        locale = Locale(
            time_zone=zone,
            decimal=file.file_format.decimal,
            thousands=file.file_format.thousands,
            dates=file.file_format.date,
            timestamps=file.file_format.timestamp,
            is_excel=rows.is_excel,
        )
        query = staging_query(
            mapped,
            stream=self.stream,
            locale=locale,
            currency=self._settings.currency_of(self.source),
            part=part,
            keep_raw=rows.structure is None,
        )
        try:
            self._connection.execute(f"insert into staged {query}")
        except duckdb.BinderException as error:
            raise ContractBroken(
                f"{file.path}: the mapping of {self.stream.name} does not work on this file: "
                f"{duckdb_session.words_of(error, path=file.absolute)}. Change it in embudo.yml."
            ) from error
        except duckdb.Error as error:
            if explained(error):
                raise
            raise SourceError(
                f"{file.path} cannot be read for {self.stream.name}: "
                f"{duckdb_session.words_of(error, path=file.absolute)}. "
                "If it is damaged or cut short, send it again whole; else use try_cast in SQL that "
                "may fail, and check `format` in embudo.yml."
            ) from error
        return mapped.rows_each

    def _count(self, rows: FileRows, part: int, each: int, path: str) -> tuple[int, int, int, int]:
        """Read, landed, quarantined, skipped; held against the independent count of the file's
        records (I3).
        """
        counted = self._connection.execute(
            "select count(*), coalesce(sum(_present), 0), count(*) filter (_kept and _fault is "
            "null), "
            "count(*) filter (_kept and _fault is not null), count(*) filter (not _kept), "
            "count(_row_number) "
            "from staged where _part = ?",
            [part],
        ).fetchone()
        assert counted is not None
        total, present, landed, faulty, skipped, numbered = (int(value) for value in counted)
        rejected = len(rows.rejects)
        expected = (rows.records - rejected) * each
        if not expected == total == present == numbered == landed + faulty + skipped:
            raise SourceError(
                f"{path}: the file has {expected:,} sound rows, but {present:,} were read "
                f"({landed:,} landed, {faulty:,} quarantined, {skipped:,} skipped). Nothing of it "
                "was landed: "
                "check `format` (delimiter, quote, encoding) in embudo.yml."
            )
        return total + rejected, landed, faulty + rejected, skipped

    def _quarantine_rejects(self, rows: FileRows, part: int) -> None:
        if not rows.rejects:
            return
        raw = raw_texts(rows, [reject.ordinal + 1 for reject in rows.rejects])
        table = pa.table(
            {
                "line": pa.array([reject.line for reject in rows.rejects], type=pa.int64()),
                "reason": pa.array([reject.reason for reject in rows.rejects], type=pa.string()),
                "bytes": raw,
            }
        )
        self._connection.register("rejects", table)
        self._add_quarantined("select line, reason, bytes from rejects", part)
        self._connection.unregister("rejects")

    def _quarantine_faults(self, rows: FileRows, part: int) -> None:
        faulty = "from staged where _part = ? and _kept and _fault is not null"
        if rows.structure is None:
            self._connection.execute(
                f"insert into quarantined select _part, _line, _fault, _raw, null {faulty} order "
                "by _line",
                [part],
            )
            return
        found = self._connection.execute(
            f"select _row_number, _line, _fault {faulty} order by _line", [part]
        ).to_arrow_table()
        if not found.num_rows:
            return
        raw = raw_texts(rows, found["_row_number"].to_pylist())
        table = pa.table({"line": found["_line"], "reason": found["_fault"], "bytes": raw})
        self._connection.register("faults", table)
        self._add_quarantined("select line, reason, bytes from faults", part)
        self._connection.unregister("faults")

    @property
    def _origin(self) -> suppression.Origin:
        return suppression.Origin(
            source=duckdb_session.literal(self.source),
            key_source=duckdb_session.literal(self._settings.keys_of(self.source)),
            country=self._settings.country,
        )

    def _withhold_quarantined(self, part: int) -> int:
        """Leave out rejected rows that name somebody forgotten; they count as skipped."""
        if not self._holds:
            return 0
        named = suppression.names_forgotten("raw", country=self._settings.country)
        gone = self._connection.execute(
            f"delete from quarantined where _part = ? and {named} returning 1", [part]
        ).fetchall()
        self.rows_forgotten += len(gone)
        return len(gone)

    def _add_quarantined(self, query: str, part: int) -> None:
        """Bytes that are sound text are kept as text, others as both."""
        self._connection.execute(
            f"""
            insert into quarantined
            select {part}, line, reason, coalesce(text, cast(bytes as varchar)),
                case when text is null then bytes end
            from (
                select line, reason, cast(bytes as blob) as bytes,
                    try(decode(cast(bytes as blob))) as text
                from ({query})
            )
            """
        )

    def _business_max(self, part: int, landed_at: datetime) -> datetime | None:
        times = [
            f"max(cast({duckdb_session.name(name)} as timestamp)) filter "
            f"(cast({duckdb_session.name(name)} as timestamp) <= timestamp '{landed_at}')"
            for name in self.stream.business_times
        ]
        if not times:
            return None
        greatest = times[0] if len(times) == 1 else f"greatest({', '.join(times)})"
        row = self._connection.execute(
            f"select {greatest} from staged where _part = ? and _kept and _fault is null", [part]
        ).fetchone()
        return row[0] if row is not None else None

    def write_landing(
        self, target: Path, *, load_id: str, load_seq: int, landed_at: datetime, record: str
    ) -> None:
        """Write the sound rows, in file order, with what ingestion adds and `_part`.

        `record` is what the ledger will say of the load (see `load_record`).
        """
        names = ", ".join(duckdb_session.name(column.name) for column in self.stream.columns)
        keys = self._settings.keys_of(self.source)
        self._connection.execute(
            f"""
            copy (
                select {names},
                    {duckdb_session.literal(self.source)} as _source,
                    {duckdb_session.literal(keys)} as _key_source,
                    {duckdb_session.literal(load_id)} as _load_id,
                    cast({load_seq} as bigint) as _load_seq,
                    timestamp '{landed_at}' as _loaded_at,
                    {self._file_of_part()} as _file,
                    _line, _is_deleted, _extra, _part
                from staged where _kept and _fault is null
            ) to {duckdb_session.literal(str(target))}
            (
                format parquet, compression zstd, row_group_size {ROW_GROUP},
                kv_metadata {{{RECORD_KEY}: {duckdb_session.literal(record)}}}
            )
            """
        )

    def write_quarantine(self, target: Path, *, load_id: str) -> None:
        """Write the rows set aside, with the header of their file."""
        headers = "".join(
            f" when {part} then {duckdb_session.literal(header)}"
            for part, header in self._headers.items()
        )
        header = f"case _part{headers} end" if headers else "cast(null as varchar)"
        self._connection.execute(
            f"""
            copy (
                select {duckdb_session.literal(self.source)} as source,
                    {duckdb_session.literal(self.stream.name)} as stream,
                    {duckdb_session.literal(load_id)} as load_id, {self._file_of_part()} as file,
                    line, reason, raw, raw_bytes, {header} as header, _part as part
                from quarantined order by _part, line
            ) to {duckdb_session.literal(str(target))} (format parquet, compression zstd)
            """
        )

    def _file_of_part(self) -> str:
        whens = "".join(
            f" when {part} then {duckdb_session.literal(path)}"
            for part, path in self._files.items()
        )
        return f"case _part{whens} end"
