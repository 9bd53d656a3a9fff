"""Names of files that hold repaired rows of an earlier file: `deals.csv` as `deals.repaired.csv`.

Writing such files belongs to `quarantine`; recognising them when they land, to `inbox` and the ledger.
"""

from __future__ import annotations

REPAIRED = ".repaired."
"""In the name of a file of repaired quarantine rows."""


def repaired_name(file: str) -> str:
    """`deals.csv` as `deals.repaired.csv`; packed files and workbooks come out as text."""
    plain = file.removesuffix(".gz")
    stem, dot, suffix = plain.rpartition(".")
    if suffix.lower() in ("xlsx", "parquet"):
        suffix = "jsonl"
    return f"{stem}{REPAIRED}{suffix}" if dot else f"{plain}{REPAIRED}csv"


def original_of(path: str) -> str:
    """The file whose repaired rows `x.repaired.csv` holds: `x.csv`."""
    folder, slash, file = path.rpartition("/")
    return folder + slash + file.replace(REPAIRED, ".", 1)
