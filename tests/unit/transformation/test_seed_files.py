"""A seed's CSV as spreadsheets save it: its rows with their lines, or what is wrong with the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.transformation.seed_files import Fault, SeedUnreadable, read_seed
from orchestration.transformation.seed_rules import SeedRules


def rules(folder: Path, content: bytes) -> SeedRules:
    path = folder / "stages.csv"
    path.write_bytes(content)
    return SeedRules(name="stages", path=path, types={"stage": "varchar", "share": "decimal(9,6)"})


def test_rows_keep_the_lines_of_the_file(tmp_path: Path) -> None:
    """A byte order mark, an empty line, a quoted line break, columns in another order."""
    content = b'\xef\xbb\xbfshare,stage\r\n0.1,New\r\n\r\n0.2,"two\nlines"\r\n0.3,Last\r\n'
    rows = read_seed(rules(tmp_path, content))
    assert [(row.line, row.cells["stage"], row.cells["share"]) for row in rows] == [
        (2, "New", "0.1"),
        (4, "two\nlines", "0.2"),
        (6, "Last", "0.3"),
    ]


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"", 1, "the file is empty"),
        (b"stage,share\nA,0.1\nB\xf1,0.2\n", 3, "it is not UTF-8"),
        (b"stage;share\nA;0.1\n", 1, "separated by `;`"),
        (b"stage\tshare\nA\t0.1\n", 1, "separated by tabs"),
        (b"stage,shar\n", 1, "unknown column(s) `shar` and missing column(s) `share`"),
        (b"stage,share,share\n", 1, "a column is repeated"),
        (b"stage,share\nA,0.1\nB,b,0.2\n", 3, "it has 3 fields, expected 2"),
    ],
)
def test_a_file_of_another_kind(tmp_path: Path, content: bytes, line: int, message: str) -> None:
    with pytest.raises(SeedUnreadable) as unreadable:
        read_seed(rules(tmp_path, content))
    fault = unreadable.value.fault
    assert fault.line == line
    assert message in fault.message


def test_a_fault_names_its_place() -> None:
    assert str(Fault(line=3, column="share", message="below zero")) == "line 3, share: below zero"
    assert str(Fault(line=0, column="", message="empty")) == "empty"
