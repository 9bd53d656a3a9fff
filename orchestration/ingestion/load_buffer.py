"""The rows of one load, gathered in DuckDB before they are written: staged, counted, checked against I3.

Which files, and what the ledger knows of them, belongs to `stream_landing`; writing Parquet to
`load_files`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import duckdb

from orchestration.core import duckdb_session
from orchestration.core.errors import ContractBroken, SourceError
from orchestration.core.resource_limits import as_resource_error
from orchestration.ingestion import load_plausibility
from orchestration.ingestion.casts import Locale
from orchestration.ingestion.contract_checks import staged_table, staging_query
from orchestration.ingestion.failing_sql import failing_expressions, tries_apart
from orchestration.ingestion.formats.file_rows import FileRows
from orchestration.ingestion.formats.readers import open_file
from orchestration.ingestion.formats.wide_files import narrowed
from orchestration.ingestion.inbox import InboxFile
from orchestration.ingestion.invalid_rows import (
    QUARANTINED_COLUMNS,
    quarantine_faults,
    quarantine_rejects,
)
from orchestration.ingestion.mapping import columns_read, map_file
from orchestration.privacy import suppression
from orchestration.privacy.hash_key import PrivacyKey
from orchestration.settings import Settings
from orchestration.settings.contract import StreamContract


def text_by_part(texts: Mapping[int, str], part: str) -> str:
    """SQL of the text of a row's part; `part` is SQL."""
    whens = "".join(
        f" when {number} then {duckdb_session.literal(text)}" for number, text in texts.items()
    )
    return f"case {part}{whens} end"


@dataclass(frozen=True)
class StagedPart:
    """What one file brought. `business_max` is naive UTC."""

    part: int
    rows_read: int
    rows_landed: int
    rows_quarantined: int
    rows_skipped: int
    business_max: datetime | None


class LoadBuffer:
    """Tables `staged` and `quarantined` of one load, in a connection of its own."""

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
        """Create the empty tables. Rows are checked against the hashes `forgotten`, under `key`."""
        self.connection = connection
        self.stream = stream
        self.source = source
        self.key_source = settings.keys_of(source)
        self.rows_forgotten = 0
        self.files: dict[int, str] = {}
        """Path of the file, by part."""
        self.headers: dict[int, str] = {}
        """Header line of the file, by part."""
        self.columns: dict[int, tuple[str, ...]] = {}
        """Names of the file's own columns, by part."""
        self._settings = settings
        self._scratch = scratch
        self._suppresses = bool(forgotten)
        if self._suppresses:
            suppression.register(connection, forgotten, key=key)
        connection.execute(f"create temp table staged ({staged_table(stream)})")
        connection.execute(f"create temp table quarantined ({QUARANTINED_COLUMNS})")

    def stage(self, file: InboxFile, *, part: int, landed_at: datetime) -> StagedPart:
        """Read, map, cast and check one file.

        Whatever it raises, the part must be discarded afterwards.
        """
        self.files[part] = file.path
        zone = self._settings.time_zone_of(self.source)
        self.connection.execute(f"set TimeZone = {duckdb_session.literal(zone)}")
        folder = self._scratch / str(part)
        folder.mkdir(exist_ok=True)
        rows = open_file(
            file.absolute,
            file_format=file.file_format,
            needed=columns_read(file.selection),
            connection=self.connection,
            scratch=folder,
        )
        rows = narrowed(
            rows,
            needed=columns_read(file.selection),
            nulls=file.file_format.nulls,
            connection=self.connection,
            scratch=folder,
        )
        self.headers[part] = rows.header
        self.columns[part] = tuple(column.name for column in rows.columns)
        rows_each = self._insert(rows, file, zone, part)
        if self._suppresses:
            self.rows_forgotten += suppression.suppress(
                self.connection, self.stream, self._origin, part=part
            )
        read, landed, quarantined, skipped = self._count(rows, part, rows_each, file.path)
        load_plausibility.refuse_cut(self.connection, rows, part=part, path=file.path)
        load_plausibility.refuse_undeclared_addresses(
            self.connection, self.stream, part=part, path=file.path
        )
        if quarantined >= load_plausibility.LEAST_RETYPED:
            load_plausibility.refuse_retyped(
                self.connection, self.stream, part=part, path=file.path
            )
        quarantine_rejects(self.connection, rows, part)
        quarantine_faults(self.connection, rows, part)
        withheld = self._withhold_quarantined(part)
        return StagedPart(
            part=part,
            rows_read=read,
            rows_landed=landed,
            rows_quarantined=quarantined - withheld,
            rows_skipped=skipped + withheld,
            business_max=self._business_max(part, landed_at),
        )

    def file_of(self, part: str) -> str:
        """SQL of the path of a row's file; `part` is SQL."""
        return text_by_part(self.files, part)

    def discard(self, part: int) -> None:
        """Remove a part."""
        self.files.pop(part, None)
        self.columns.pop(part, None)
        self.connection.execute("delete from staged where _part = ?", [part])
        self.connection.execute("delete from quarantined where _part = ?", [part])

    def _insert(self, rows: FileRows, file: InboxFile, zone: str, part: int) -> int:
        """Fill table `staged`; returns how many rows each record becomes."""
        if not rows.columns and not rows.records:
            return 1
        mapped = map_file(
            rows,
            selection=file.selection,
            file_format=file.file_format,
            stream=self.stream,
            file_name=file.path,
            connection=self.connection,
        )
        query = partial(
            staging_query,
            mapped,
            stream=self.stream,
            locale=Locale.of(
                file.file_format,
                time_zone=zone,
                is_excel=rows.is_excel,
                calendar=self._settings.time_zone,
                currency=self._settings.currency_of(self.source),
            ),
            currency=self._settings.currency_of(self.source),
            part=part,
            keep_raw=rows.structure is None,
            past_midnight=file.selection.past_midnight,
        )
        if not self._inserts(query(), file, if_sql_fails=True):
            with tries_apart(self.connection):
                failing = failing_expressions(
                    self.connection, mapped, stream=self.stream, file=file.path, path=file.absolute
                )
                self._inserts(query(failing=failing), file, if_sql_fails=False)
        return mapped.rows_each

    def _inserts(self, query: str, file: InboxFile, *, if_sql_fails: bool) -> bool:
        """Insert the rows of a query into `staged`; False where they cannot be computed, if SQL may fail.

        Raises `SourceError` or `ContractBroken` otherwise.
        """
        try:
            self.connection.execute(f"insert into staged {query}")
        except duckdb.BinderException as error:
            raise ContractBroken(
                f"{file.path}: the mapping of {self.stream.name} does not work on this file: "
                f"{duckdb_session.error_text(error, path=file.absolute)}. Change it in embudo.yml."
            ) from error
        except duckdb.Error as error:
            if as_resource_error(error):
                raise
            if if_sql_fails:
                return False
            raise SourceError(
                f"{file.path} cannot be read for {self.stream.name}: "
                f"{duckdb_session.error_text(error, path=file.absolute)}. "
                "If it is corrupt or cut short, send the complete file again; else check `format` and the SQL "
                "in embudo.yml."
            ) from error
        return True

    def _count(
        self, rows: FileRows, part: int, rows_each: int, path: str
    ) -> tuple[int, int, int, int]:
        """Rows read, landed, quarantined, skipped; checked against the independent count of the
        file's records (I3).
        """
        counted = self.connection.execute(
            "select count(*), coalesce(sum(_present), 0), "
            "count(*) filter (_kept and _fault is null), "
            "count(*) filter (_kept and _fault is not null), count(*) filter (not _kept), "
            "count(_row_number) from staged where _part = ?",
            [part],
        ).fetchone()
        assert counted is not None
        total, present, landed, faulty, skipped, numbered = (int(value) for value in counted)
        rejected = len(rows.rejects)
        expected = (rows.records - rejected) * rows_each
        if not expected == total == present == numbered == landed + faulty + skipped:
            raise SourceError(
                f"{path}: the file has {expected:,} readable rows, but {present:,} were read "
                f"({landed:,} landed, {faulty:,} quarantined, {skipped:,} skipped). Nothing of it "
                "was landed: check `format` (delimiter, quote, encoding) in embudo.yml."
            )
        return total + rejected, landed, faulty + rejected, skipped

    @property
    def _origin(self) -> suppression.Origin:
        return suppression.Origin(
            source=duckdb_session.literal(self.source),
            key_source=duckdb_session.literal(self.key_source),
            country=self._settings.country,
        )

    def _withhold_quarantined(self, part: int) -> int:
        """Leave out quarantined rows that name somebody forgotten; they count as skipped."""
        if not self._suppresses:
            return 0
        named = suppression.names_subject("raw", country=self._settings.country)
        withheld = self.connection.execute(
            f"delete from quarantined where _part = ? and {named} returning 1", [part]
        ).fetchall()
        self.rows_forgotten += len(withheld)
        return len(withheld)

    def _business_max(self, part: int, landed_at: datetime) -> datetime | None:
        times = [
            f"max(cast({duckdb_session.name(name)} as timestamp)) filter "
            f"(cast({duckdb_session.name(name)} as timestamp) <= timestamp '{landed_at}')"
            for name in self.stream.business_times
        ]
        if not times:
            return None
        greatest = times[0] if len(times) == 1 else f"greatest({', '.join(times)})"
        row = self.connection.execute(
            f"select {greatest} from staged where _part = ? and _kept and _fault is null", [part]
        ).fetchone()
        return row[0] if row is not None else None
