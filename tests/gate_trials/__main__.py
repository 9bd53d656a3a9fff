"""`python -m tests.gate_trials`: damage a month in many ways, and print what the gate makes of each.

`make gate-trials` runs all kinds once. `--sizes 10` runs each kind at ten sizes, which shows where detection begins.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.conftest import ROOT
from tests.gate_trials.base import COMPANY
from tests.gate_trials.damages import KINDS, kind
from tests.gate_trials.damages.records import Kind
from tests.gate_trials.honest import HONEST
from tests.gate_trials.honest_table import honest_line, honest_summary, is_quiet, write_honest
from tests.gate_trials.runner import Plan, prepare, run_all, run_honest
from tests.gate_trials.tables import fields, summary, write
from tests.gate_trials.together import run_together

SIZES = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run trials and write their table; 0 unless one ended in an error."""
    options = _options(arguments)
    if options.honest:
        return _honest(range(options.company, options.company + options.honest), options.out)
    prepared = prepare(company=options.company)
    for alarm in prepared.control.alarms:
        print(f"without any damage: {alarm.title}: {alarm.observed}")
    plans = _plans(_chosen(options), options)
    judged = []
    run = run_together if options.together else run_all
    for one in run(prepared, plans, jobs=options.jobs):
        row = fields(one)
        print(
            f"{row['damage']:26} {row['stream'][:40]:40} {row['size']} {row['outcome']:8} {row['checks'][:150]}",
            flush=True,
        )
        judged.append(one)
        page = write(judged, options.out, name=options.name)
    print(f"\n{summary(judged)}\nWrote {page}")
    return int(any(one.outcome == "error" for one in judged))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.gate_trials", description=__doc__)
    parser.add_argument("--seed", default="1", help="draws columns, streams, dates and sizes")
    parser.add_argument("--sample", type=int, metavar="N", help="as many kinds, drawn by the seed")
    parser.add_argument("--kinds", nargs="*", default=[], metavar="KIND", help="kinds or families")
    parser.add_argument("--sizes", action="store_true", help="each kind at ten sizes")
    parser.add_argument(
        "--together",
        action="store_true",
        help="several in a refresh: quick, and only roughly right",
    )
    parser.add_argument("--company", type=int, default=COMPANY, help="the company's seed")
    parser.add_argument(
        "--honest", type=int, default=0, metavar="N", help="honest changes in N companies instead"
    )
    parser.add_argument("--jobs", type=int, default=1, help="trials at a time")
    parser.add_argument("--out", type=Path, default=ROOT / "target", help="folder of the table")
    parser.add_argument("--name", default="gate_trials", help="name of the table's files")
    return parser.parse_args(arguments)


def _honest(companies: Sequence[int], out: Path) -> int:
    """Honest changes in companies of several seeds: 1 where one was stopped, or more than one alarm is usual."""
    rows = []
    for company in companies:
        for change in HONEST:
            trial = run_honest(change, company=company)
            rows.append((change.name, company, trial))
            print(honest_line(change.name, company, trial), flush=True)
    print(f"\n{honest_summary(rows)}\nWrote {write_honest(rows, out)}")
    return int(not is_quiet([trial for _, _, trial in rows]))


def _chosen(options: argparse.Namespace) -> list[Kind]:
    families = {one.family for one in KINDS}
    for name in options.kinds:
        if name not in families:
            kind(name)
    wanted = set(options.kinds)
    chosen = [one for one in KINDS if not wanted or {one.name, one.family} & wanted]
    if options.sample:
        chosen = Random(options.seed).sample(chosen, min(options.sample, len(chosen)))
    return chosen


def _plans(kinds: Sequence[Kind], options: argparse.Namespace) -> list[Plan]:
    sizes = SIZES if options.sizes else (None,)
    return [Plan(one.name, options.seed, size) for one in kinds for size in sizes]


if __name__ == "__main__":
    sys.exit(main())
