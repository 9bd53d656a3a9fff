"""Files that can be read, and yet are implausible: cut short, with a retyped column, or with undeclared addresses.

Such a file is rejected as a whole: what is left of it would pass for the complete data. That a column is
missing is found by `mapping`, that a row breaks its contract by `contract_checks`.
"""

from __future__ import annotations

import duckdb

from orchestration.core import duckdb_session
from orchestration.core.errors import ContractBroken, SourceError
from orchestration.ingestion.formats.file_rows import FileRows
from orchestration.settings.contract import StreamContract
from orchestration.settings.personal_data import GUIDE

LEAST_RETYPED = 10
"""Values of a column that must all be at fault before the column, and not its rows, is to blame."""

LEAST_ADDRESSES = 5
"""E-mails in a column before it counts as one that holds them; half of its values or more must be."""

_SAMPLED = 1_000
_EMAIL = r"[^\s@,;:<>()\[\]]+@[^\s@,;:<>()\[\]]+\.[A-Za-z]{2,}"


def refuse_cut(
    connection: duckdb.DuckDBPyConnection, rows: FileRows, *, part: int, path: str
) -> None:
    """Raise `SourceError` where a text file ends in the middle of a row.

    That is so where its last line has no line break and cannot be read. A file that is cut where all that
    is left can be read cannot be distinguished from a complete one.
    """
    structure = rows.structure
    if structure is None or rows.text_path is None or not structure.records:
        return
    with rows.text_path.open("rb") as text:
        text.seek(-1, 2)
        if text.read(1) == b"\n":
            return
    last = structure.records - 1
    reasons = [reject.reason for reject in rows.rejects if reject.ordinal == last]
    if not reasons:
        reasons = [
            str(row[0])
            for row in connection.execute(
                "select _fault from staged where _part = ? and _row_number = ? and _kept "
                "and _fault is not null",
                [part, last + 1],
            ).fetchall()
        ]
    if reasons:
        raise SourceError(
            f"{path} is cut short: its last line, {int(structure.lines[last]):,}, has no line break and "
            f"cannot be read ({reasons[0]}). Send the complete file again; where it is complete, end that line "
            "with a line break."
        )


def refuse_retyped(
    connection: duckdb.DuckDBPyConnection, stream: StreamContract, *, part: int, path: str
) -> None:
    """Raise `ContractBroken` where no value of a column can be read as its type, or is an accepted one."""
    marks = {
        column.name: f"'; ' || _fault like {duckdb_session.literal(f'%; {column.name}: found %')}"
        for column in stream.columns
        if not column.is_private and (column.data_type != "varchar" or column.accepted_values)
    }
    counted = ", ".join(
        f"count(*) filter ({mark}), count(*) filter ({duckdb_session.name(name)} is not null and "
        f"not coalesce({mark}, false))"
        for name, mark in marks.items()
    )
    if not counted:
        return
    counts = connection.execute(
        f"select {counted} from staged where _part = ? and _kept", [part]
    ).fetchone()
    assert counts is not None
    for index, (name, mark) in enumerate(marks.items()):
        bad, good = counts[2 * index : 2 * index + 2]
        if bad < LEAST_RETYPED or good:
            continue
        example = connection.execute(
            f"select _line, _fault from staged where _part = ? and _kept and {mark} order by _line limit 1",
            [part],
        ).fetchone()
        assert example is not None
        fault = next(f for f in str(example[1]).split("; ") if f.startswith(f"{name}: found "))
        raise ContractBroken(
            f"{path}: the column behind {stream.name}.{name} has changed its type: none of its {bad:,} values "
            f"can be read. Line {example[0]:,}: {fault}. Change its `format` or `map` in embudo.yml, or send the "
            "file with its usual values."
        )


def refuse_undeclared_addresses(
    connection: duckdb.DuckDBPyConnection, stream: StreamContract, *, part: int, path: str
) -> None:
    """Raise `ContractBroken` where a column that declares nothing of persons holds mostly e-mail addresses.

    An erasure would not look for the person there. Looks at the first thousand rows; ids are left out, since those
    of staff are e-mails in some systems.
    """
    columns = [
        column.name
        for column in stream.columns
        if column.data_type == "varchar"
        and not (column.address or column.refers_to or column.free_text or column.accepted_values)
        and not column.name.endswith(("_id", "_key"))
    ]
    if not columns or stream.personal == "staff":
        return
    names = [duckdb_session.name(column) for column in columns]
    counted = ", ".join(
        f"count({name}), count(*) filter (regexp_full_match({name}, '{_EMAIL}'))" for name in names
    )
    counts = connection.execute(
        f"select {counted} from (select {', '.join(names)} from staged where _part = ? limit {_SAMPLED})",
        [part],
    ).fetchone()
    assert counts is not None
    for index, column in enumerate(columns):
        values, emails = counts[2 * index : 2 * index + 2]
        if emails >= LEAST_ADDRESSES and 2 * emails >= values:
            raise ContractBroken(
                f"{path}: {column} of {stream.name} holds e-mail addresses ({emails} of the first {values} values), "
                "and the contract does not declare them: nobody could be erased from it. Expected another column in "
                f"the mapping in embudo.yml, or `address: email` in the contract of {stream.name} ({GUIDE})."
            )
