"""Everything else that lies in a home, searched for a person's addresses: logs, events, caches, raw pages.

Text and Parquet are rewritten, SQLite files are cleaned and vacuumed. What can be built again (candidates, dbt's
scratch, databases made by hand) is removed by `request`; landing and releases have modules of their own.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import sqlite3
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.core.errors import SourceError
from orchestration.privacy.data_subject import DataSubject

_SQLITE = b"SQLite format 3\x00"
_PARQUET = b"PAR1"
_ZIP = b"PK\x03\x04"
_GZIP = b"\x1f\x8b"
_SIDE_FILES = ("-wal", "-shm", "-journal")


@dataclass(frozen=True)
class CleanedFiles:
    """`changed` files were rewritten: the old checksum (sha256) to the file. `left` cannot be rewritten."""

    changed: Mapping[str, Path] = field(default_factory=dict)
    left: tuple[Path, ...] = ()


def clean_files(
    root: Path, subject: DataSubject, *, sparing: Collection[Path], records: Path
) -> CleanedFiles:
    """Take the person's addresses out of every file under `root` but for what is in `sparing`.

    Under `records` (answers of APIs, one record per line) the whole lines go.
    """
    if not subject.pattern:
        return CleanedFiles()
    changed: dict[str, Path] = {}
    left: list[Path] = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if Path(folder, name) not in sparing]
        for name in sorted(names):
            path = Path(folder, name)
            if path in sparing or path.is_symlink() or name.endswith(_SIDE_FILES):
                continue
            kind = _kind(path)
            if kind == "sqlite":
                _clean_sqlite(path, subject)
            elif kind == "zip":
                left += [path] if _is_named_in_zip(path, subject) else []
            elif kind == "text" and path.is_relative_to(records):
                changed |= _rewrite(path, subject, _lines_without)
            else:
                changed |= _rewrite(path, subject, _REWRITERS[kind])
    return CleanedFiles(changed=changed, left=tuple(left))


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(16)
    starts = {"sqlite": _SQLITE, "parquet": _PARQUET, "gzip": _GZIP, "zip": _ZIP}
    return next((kind for kind, start in starts.items() if head.startswith(start)), "text")


def _rewrite(
    path: Path, subject: DataSubject, without: Callable[[Path, Path, DataSubject], bool]
) -> dict[str, Path]:
    """The old checksum to the file, where it was rewritten."""
    temporary = path.with_name(f".{path.name}.tmp")
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    if not without(path, temporary, subject):
        temporary.unlink(missing_ok=True)
        return {}
    temporary.chmod(path.stat().st_mode & 0o777)
    temporary.replace(path)
    return {before: path}


def _text_without(path: Path, target: Path, subject: DataSubject) -> bool:
    content = path.read_bytes()
    for encoding in ("utf-16-le", "utf-16-be") if b"\x00" in content[:200] else ():
        try:
            text = content.decode(encoding).encode()
        except UnicodeDecodeError:
            continue
        if subject.scrub(text) != text:
            target.write_bytes(subject.scrub(text).decode().encode(encoding))
            return True
    cleaned = subject.scrub(content)
    if cleaned == content:
        return False
    target.write_bytes(cleaned)
    return True


def _lines_without(path: Path, target: Path, subject: DataSubject) -> bool:
    lines = path.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if subject.scrub(line) == line]
    if len(kept) == len(lines):
        return False
    target.write_bytes(b"".join(kept))
    return True


def _gzip_without(path: Path, target: Path, subject: DataSubject) -> bool:
    content = gzip.decompress(path.read_bytes())
    cleaned = subject.scrub(content)
    if cleaned == content:
        return False
    target.write_bytes(gzip.compress(cleaned))
    return True


def _parquet_without(path: Path, target: Path, subject: DataSubject) -> bool:
    import duckdb

    relation = "read_parquet('" + str(path).replace("'", "''") + "')"
    with duckdb.connect() as connection:
        texts = [
            '"' + row[0].replace('"', '""') + '"'
            for row in connection.execute(f"describe select * from {relation}").fetchall()
            if row[1] == "VARCHAR"
        ]
        mentioned = " or ".join(subject.mentioned_sql(text) for text in texts) or "false"
        row = connection.execute(f"select count(*) from {relation} where {mentioned}").fetchone()
        if not row or not row[0]:
            return False
        scrubbed = ", ".join(f"{subject.scrub_sql(text)} as {text}" for text in texts)
        written = str(target).replace("'", "''")
        connection.execute(
            f"copy (select * replace ({scrubbed}) from {relation}) to '{written}' (format parquet)"
        )
    return True


def _is_named_in_zip(path: Path, subject: DataSubject) -> bool:
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                content = archive.read(name)
                if subject.scrub(content) != content:
                    return True
    except zipfile.BadZipFile:
        return False
    return False


def _clean_sqlite(path: Path, subject: DataSubject) -> None:
    """Scrub every text of every table, then vacuum the file, so that no page keeps what was there."""

    def scrub(value: str | bytes | int | float | None) -> str | bytes | int | float | None:
        if isinstance(value, str):
            return subject.scrub(value.encode()).decode()
        return subject.scrub(value) if isinstance(value, bytes) else value

    try:
        with contextlib.closing(
            sqlite3.connect(path, timeout=30, isolation_level=None)
        ) as database:
            database.create_function("scrubbed", 1, scrub, deterministic=True)
            tables = database.execute(
                "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
            ).fetchall()
            for (table,) in tables:
                for column in database.execute(f'pragma table_info("{table}")').fetchall():
                    name = '"' + str(column[1]).replace('"', '""') + '"'
                    database.execute(
                        f'update "{table}" set {name} = scrubbed({name}) '
                        f"where typeof({name}) in ('text', 'blob') and scrubbed({name}) is not {name}"
                    )
            database.execute("vacuum")
            database.execute("pragma wal_checkpoint(truncate)")
    except sqlite3.OperationalError as error:
        raise SourceError(
            f"{path} is in use ({error}): end `embudo ui` and whatever else has it open, then run "
            "the command again; what is done so far stays done."
        ) from error


_REWRITERS: dict[str, Callable[[Path, Path, DataSubject], bool]] = {
    "text": _text_without,
    "gzip": _gzip_without,
    "parquet": _parquet_without,
}
