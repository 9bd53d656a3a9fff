"""Shares that a release keeps beside its databases, so that the next gate knows what is usual.

Each is a count of rows and of those among them that something is wrong with, by check and by whose rows they are.
Judging a new share belongs to the checks.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PRIOR_ROWS = 20
"""A share of so few rows says little: one more of them is counted as wrong."""


@dataclass(frozen=True)
class Share:
    """How many of so many rows."""

    rows: int = 0
    count: int = 0

    @property
    def value(self) -> float:
        """From 0 to 1; 0 of no rows."""
        return self.count / self.rows if self.rows else 0.0

    def __add__(self, other: Share) -> Share:
        return Share(self.rows + other.rows, self.count + other.count)

    def expected(self, rows: int) -> float:
        """How many of other rows, were they as usual; never none, since what was never seen may still be."""
        return rows * (self.count + 1) / (self.rows + _PRIOR_ROWS)


def excess(count: int, expected: float, *, times: float, deviations: float) -> bool:
    """Whether a count is more than so many times what is expected, and so many of its deviations above that."""
    return count > times * expected + deviations * math.sqrt(expected)


@dataclass(frozen=True)
class KeptShares:
    """What a release kept: the number of its newest load, and check to source to share."""

    load_seq: int = -1
    shares: Mapping[str, Mapping[str, Share]] = field(default_factory=dict)

    @classmethod
    def read(cls, release: Path | None, file: str) -> KeptShares:
        """Those of a release; none where there is no release, or an older Embudo made it."""
        path = release / file if release is not None else None
        if path is None or not path.exists():
            return cls()
        kept = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            load_seq=kept["load_seq"],
            shares={
                name: {source: Share(*counts) for source, counts in of_check.items()}
                for name, of_check in kept["shares"].items()
            },
        )

    def write(self, directory: Path, file: str) -> None:
        """Keep them in a candidate."""
        shares = {
            name: {source: [share.rows, share.count] for source, share in sorted(of_check.items())}
            for name, of_check in sorted(self.shares.items())
        }
        text = json.dumps({"load_seq": self.load_seq, "shares": shares}, indent=1)
        (directory / file).write_text(text + "\n", encoding="utf-8")

    def of(self, check: str, source: str) -> Share | None:
        """The share of a source; None where the release has none."""
        return self.shares.get(check, {}).get(source)


def newest_load(connection: DuckDBPyConnection) -> int:
    """The number of the newest load in a candidate; 0 where nothing landed."""
    row = connection.execute("select load_seq from warehouse.landing.settings").fetchone()
    return int(row[0]) if row else 0
