"""`python -m sandbox OUT`: generate the company's folder from the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sandbox.generation import END, generate, generate_day


def main(arguments: Sequence[str] | None = None) -> int:
    """Generate a folder, or add a day to one, and report what is in it."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("out", type=Path, help="the folder to generate")
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
        "--troubles",
        action="store_true",
        help="add unknown words and unmatched references, of which a refresh warns",
    )
    parser.add_argument(
        "--next-day", action="store_true", help="add the next day's files to a folder made before"
    )
    options = parser.parse_args(arguments)
    if options.next_day:
        truth = generate_day(options.out)
    else:
        truth = generate(
            options.out,
            seed=options.seed,
            scale=options.scale,
            months=options.months,
            end=options.end,
            until=options.until,
            troubles=options.troubles,
        )
    rows = sum(stream.read for stream in truth.streams.values())
    broken = sum(stream.quarantined for stream in truth.streams.values())
    sys.stdout.write(
        f"{options.out}: {rows:,} rows of {len(truth.streams)} streams until {truth.made_with.until}, "
        f"{broken:,} of them broken on purpose\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
