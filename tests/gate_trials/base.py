"""The company that damages are done to, after one good release; made once for each state of the code.

A folder `base` has `inbox` and `home` as a refresh left them, `new` the month that is delivered next. What is done
to copies of it stands in `trial`.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

import sandbox
from tests.conftest import ROOT
from tests.gate_trials import streams
from tests.gate_trials.delivery import MONTH, Delivery

COMPANY = 101
"""The company's seed."""
SCALE = 0.3
"""Ten orders, sixty calls and twenty leads a working day, by some twenty reps: enough for a day to be judged."""
MONTHS = 16
"""Fifteen of them come: a year and a quarter. The last is in the company's future, so that its targets are set."""
_CODE = (
    "orchestration",
    "semantic_layer",
    "scorecards",
    "dbt_project",
    "models",
    "seeds",
    "sandbox",
)


@dataclass(frozen=True)
class Base:
    """A company after a good release, and the month to come."""

    folder: Path
    month: str = MONTH
    """The month to come."""

    def copy(self, to: Path) -> Delivery:
        """A copy of the company with the new month delivered, for one trial."""
        shutil.copytree(self.folder / "company", to, symlinks=True)
        shutil.copytree(self.folder / "new", to / "inbox", dirs_exist_ok=True)
        return Delivery(to / "inbox", self.month)


def code_digest() -> str:
    """Twelve digits that change with anything that a release depends on."""
    digest = hashlib.sha256()
    for name in _CODE:
        for path in sorted((ROOT / name).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(path.relative_to(ROOT).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def write_company(
    folder: Path, *, company: int, scale: float, month: str = MONTH, small_start: bool = False
) -> None:
    """Write the company's files until the end of `month`, that month's in a folder of their own.

    After a `small_start` the company has two months before, with a fifth of their rows.
    """
    year, number = (int(part) for part in month.split("-"))
    following = date(year + number // 12, number % 12 + 1, 1)
    last_of_following = (following + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    held = folder / "company"
    sandbox.generate(
        held,
        seed=company,
        scale=scale,
        months=4 if small_start else MONTHS,
        end=last_of_following,
        until=following - timedelta(days=1),
    )
    for path in sorted((held / "inbox").rglob(f"*_{month}.*")):
        new = folder / "new" / path.relative_to(held / "inbox")
        new.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, new)
    if small_start:
        _thin(Delivery(held / "inbox", month), Random(company))


def _thin(delivery: Delivery, rng: Random) -> None:
    """Leave out four of five rows of what happens daily."""
    for stream in (
        streams.LEADS,
        streams.DEALS,
        streams.ACTIVITIES,
        streams.TASKS,
        streams.CALLS,
        streams.EMAILS,
        streams.SOCIAL,
        streams.ORDERS,
        streams.INVOICES,
    ):
        for month in delivery.earlier_months(stream):
            sheet, parts = delivery.read(stream, month), delivery.parts(stream, month)
            sheet.rows = [row for row in sheet.rows if rng.random() < 0.2]
            if parts is not None:
                kept = {row[stream.key] for row in sheet.rows}
                parts.rows = [row for row in parts.rows if row[stream.part_key] in kept]
            delivery.write(sheet, parts)
