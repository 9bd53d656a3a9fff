"""`python -m sandbox OUT`: make the company's folder from the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sandbox.generation import END, generate, generate_day


def main(arguments: Sequence[str] | None = None) -> int:
    """Make a folder, or add a day to one, and say what is in it."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("out", type=Path, help="the folder to make")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--scale", type=float, default=1.0, help="1 is 25,000 orders in 24 months")
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--end", type=date.fromisoformat, default=END, metavar="DATE")
    parser.add_argument(
        "--until",
        type=date.fromisoformat,
        default=None,
        metavar="DATE",
        help="leave out what exports show later",
    )
    parser.add_argument(
        "--next-day", action="store_true", help="add the next day's files to a folder made before"
    )
    given = parser.parse_args(arguments)
    if given.next_day:
        truth = generate_day(given.out)
    else:
        truth = generate(
            given.out,
            seed=given.seed,
            scale=given.scale,
            months=given.months,
            end=given.end,
            until=given.until,
        )
    rows = sum(one.read for one in truth.streams.values())
    broken = sum(one.quarantined for one in truth.streams.values())
    sys.stdout.write(
        f"{given.out}: {rows:,} rows of {len(truth.streams)} streams until {truth.made_with.until}, "
        f"{broken:,} of them broken on purpose\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
