"""Making the company's folder: its inbox, its `embudo.yml` and its `truth.json`; and a day more of it.

What the company is stands in `company`, what its files look like in `layout` and `exports`.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from sandbox.clock import day_number
from sandbox.company import make_company
from sandbox.exports import exports_of, write_files
from sandbox.truth import MadeWith, Truth, make_truth

END = date(2026, 6, 30)
SETTINGS = Path(__file__).with_name("embudo.yml")


def generate(
    folder: Path,
    *,
    seed: int = 7,
    scale: float = 1.0,
    months: int = 24,
    end: date = END,
    until: date | None = None,
    troubles: bool = False,
) -> Truth:
    """Write `folder`/inbox, `folder`/embudo.yml and `folder`/truth.json, and return the truth.

    The company lives `months` calendar months, the last of them that of `end`. Scale 1 has 40 reps, 20,000
    contacts and 25,000 orders in 24 months. `until` (a day of the company, `end` by default) leaves out what
    exports would show later: `generate_day` adds that. Of a month that is not over, there is a file per day.
    `troubles` adds unknown words and references that match nothing, of which a refresh warns.
    """
    until = min(until or end, end)
    company = make_company(seed=seed, scale=scale, months=months, end=end, troubles=troubles)
    if day_number(until) < company.clock.first_day:
        raise ValueError(f"until {until} is before the company's first month")
    inbox = folder / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(SETTINGS, folder / "embudo.yml")
    last = day_number(until)
    exports = exports_of(company)
    written = write_files(company, exports, inbox, start=company.clock.first_day, until=last)
    made_with = MadeWith(seed, scale, months, end.isoformat(), until.isoformat(), troubles)
    truth = make_truth(company, exports, written, made_with=made_with, until=last)
    truth.write(folder)
    return truth


def generate_day(folder: Path, day: date | None = None) -> Truth:
    """Add the files of the days after the last one written, up to and with `day` (by default the next day alone).

    `folder` is one that `generate` made; its truth becomes that of `day`. The files of all days together hold
    the same rows as those of `generate` without `until`. Raises `ValueError` for a day that is written already
    or lies past the company's last.
    """
    before = Truth.read(folder)
    made = before.made_with
    begin = date.fromisoformat(made.until) + timedelta(days=1)
    day = day or begin
    end = date.fromisoformat(made.end)
    if not begin <= day <= end:
        raise ValueError(f"day {day} is not among those left to write: {begin} to {end}")
    company = make_company(
        seed=made.seed, scale=made.scale, months=made.months, end=end, troubles=made.troubles
    )
    exports = exports_of(company)
    written = write_files(
        company, exports, folder / "inbox", start=day_number(begin), until=day_number(day)
    )
    made_with = replace(made, until=day.isoformat())
    truth = make_truth(
        company, exports, written, made_with=made_with, until=day_number(day), earlier=before
    )
    truth.write(folder)
    return truth
