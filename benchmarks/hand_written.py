"""`python -m benchmarks.hand_written INBOX DATABASE`: the marts from the raw files by one SQL script.

What a good analyst would write for this one company; see marts.sql for what it leaves out.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from tests.e2e.oracle import read_raw

MARTS = Path(__file__).with_name("marts.sql")


def build(inbox: Path, database: Path) -> None:
    """Read the raw files and write the marts into a new DuckDB file."""
    with duckdb.connect(database) as connection:
        read_raw(connection, inbox)
        connection.execute(MARTS.read_text(encoding="utf-8"))


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
