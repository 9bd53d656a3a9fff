"""A file's rows as DuckDB reads them: every column text, each row with its number and its line.

What each format's reader returns. What the columns mean belongs to `mapping`; whether values are
valid, to `contract_checks`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from orchestration.core import duckdb_session
from orchestration.ingestion.formats.structure import Reject, Structure

ROW_NUMBER, LINE, PRESENT, BROKEN = "row_number", "_line", "_present", "_broken"
"""What every reader adds to a file's columns: ordinal of the record, its line, 1, and why it is no
record.
"""

SPARE, IS_BARE = "_spare", "_is_bare"
"""What a narrowed file has: the JSON of the columns that nothing reads, and whether all of them are empty."""

WIDE = 300
"""A file with more columns than this is narrowed to those that its mapping reads."""

WIDEST = 50_000
"""A file with more columns than this is rejected: it is most likely read with another delimiter."""


@dataclass(frozen=True)
class FileColumn:
    """A column of a file. Text is written in the file's locale; other types come as ISO text."""

    name: str
    is_text: bool = True


@dataclass(frozen=True)
class FileRows:
    """A file ready to be read.

    `relation` is a SELECT with one text column for each of `columns`, and those that every reader
    adds. `records` counts the file's records by other means than reading them.
    """

    relation: str
    columns: tuple[FileColumn, ...]
    records: int
    rejects: tuple[Reject, ...] = ()
    structure: Structure | None = None
    text_path: Path | None = None
    header: str = ""
    """The header line as it stands in the file, for exports."""
    is_excel: bool = False
    is_sparse: bool = False
    """Whether a record may leave columns out (JSONL)."""
    extra_from: str | None = None
    """A JSON column that holds all of the record, where there is one."""
    subset: Callable[[Sequence[str]], str] | None = None
    """`relation` with some of its columns only, for files whose columns take long to plan."""
    spare: str | None = None
    """A text column with the JSON of all columns that nothing reads, where these are too many to select."""
    stand_in: tuple[str, str] | None = None
    """What was replaced in the text before it was read: (found now, stood before)."""

    @property
    def is_plain(self) -> bool:
        """Whether its text has nothing that nobody sees but spaces."""
        return self.structure is not None and self.structure.is_plain

    def used(self, needed: Sequence[str]) -> tuple[str, ...]:
        """The file's own names of the columns `needed`, each once, without those that it lacks."""
        columns = (self.column(name) for name in needed)
        return tuple(dict.fromkeys(column.name for column in columns if column is not None))

    def selecting(self, names: Sequence[str]) -> str:
        """`relation` with the columns `names` only, and those that every reader adds."""
        if self.subset is not None:
            return self.subset(names)
        picked = "".join(f"{duckdb_session.name(name)}, " for name in names)
        return f"select {picked}{ROW_NUMBER}, {LINE}, {PRESENT}, {BROKEN} from ({self.relation})"

    def column(self, wanted: str) -> FileColumn | None:
        """The column called `wanted`: exactly so, else by the one name that differs in case or
        spaces.
        """
        for column in self.columns:
            if column.name == wanted:
                return column
        folded = [c for c in self.columns if c.name.strip().casefold() == wanted.strip().casefold()]
        return folded[0] if len(folded) == 1 else None


def cleaned(name: str, nulls: Sequence[str], *, is_plain: bool = False) -> str:
    """SQL of a column's value with blanks trimmed, and null where it is empty or one of `nulls`; `is_plain` where all
    blanks of the file are those that `trim` knows.
    """
    cell = f"{'trim' if is_plain else 'visible_cell'}({duckdb_session.name(name)})"
    tokens = sorted({"", *(token.strip() for token in nulls)})
    if tokens == [""]:
        return f"nullif({cell}, '')"
    return f"case when {cell} not in ({duckdb_session.texts(tokens)}) then {cell} end"


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names of columns without blanks around, none empty, none twice whatever their case."""
    taken: set[str] = {ROW_NUMBER, LINE, PRESENT, BROKEN, "file_name", SPARE, IS_BARE}
    result = []
    for index, raw_name in enumerate(names, start=1):
        base = raw_name.strip(duckdb_session.UNSEEN).strip() or f"column_{index}"
        name, copies = base, 1
        while name.casefold() in taken:
            copies += 1
            name = f"{base}_{copies}"
        taken.add(name.casefold())
        result.append(name)
    return tuple(result)


def raw_texts(rows: FileRows, row_numbers: Sequence[int]) -> pa.Array:
    """The bytes of records by their row numbers (from 1), line break left out, as large binary."""
    structure, path = rows.structure, rows.text_path
    assert structure is not None and path is not None
    import numpy as np

    picked = np.asarray(row_numbers, dtype=np.int64) - 1
    starts = structure.starts
    stops = np.append(starts[1:], structure.size)
    for reject in structure.rejects:
        stops[reject.ordinal] = reject.end
    if path.stat().st_size == 0 or not len(picked):
        return pa.array([], type=pa.large_binary())
    with pa.memory_map(str(path)) as view:
        pieces = [
            view.read_at(int(stops[i] - starts[i]), int(starts[i])).rstrip(b"\r\n") for i in picked
        ]
    if rows.stand_in is not None:
        now, before = (text.encode() for text in rows.stand_in)
        pieces = [piece.replace(now, before) for piece in pieces]
    return pa.array(pieces, type=pa.large_binary())
