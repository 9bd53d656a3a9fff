"""Several damages in one refresh, for quick developing: what each check says is ascribed to the streams it names.

No table that counts is made so: one damage can hide another, or be blamed for it.
"""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from tests.gate_trials.base import Base
from tests.gate_trials.damages import kind
from tests.gate_trials.damages.records import Damage
from tests.gate_trials.judgement import Judged, judge, names_one_of
from tests.gate_trials.runner import Plan, Prepared
from tests.gate_trials.trial import Alarm, Trial, damaged, refreshed, target_of

_ALONE = frozenset({"source_again", "source_missing", "zone_dropped"})
"""Kinds that damage several streams."""
_AREAS = {
    "order_lines": "orders",
    "invoices": "orders",
    "deal_stage_changes": "deals",
    "tasks": "activities",
    "contacts": "leads",
    "agent_states": "calls",
    "campaigns": "email_events",
}
"""Streams that checks compare with one another: of these only one is damaged in a refresh."""
Result = tuple[list[tuple[Damage, float]], tuple[Alarm, ...], float]


def groups(plans: Sequence[Plan], *, at_most: int = 7) -> list[list[Plan]]:
    """The plans in as many refreshes as their streams allow."""
    found: list[tuple[set[str], list[Plan]]] = []
    for plan in plans:
        stream = target_of(kind(plan.kind), seed=plan.seed).stream.name
        area = _AREAS.get(stream, stream)
        for areas, group in found:
            if area not in areas and len(group) < at_most and "alone" not in areas:
                areas.add(area)
                group.append(plan)
                break
        else:
            found.append(({"alone"} if plan.kind in _ALONE else {area}, [plan]))
    return [group for _, group in found]


def run_together(prepared: Prepared, plans: Sequence[Plan], *, jobs: int = 1) -> Iterator[Judged]:
    """Run the plans a group at a time; an alarm is of each damage whose stream it names."""
    batches = groups(plans)
    with tempfile.TemporaryDirectory(prefix="gate-trials-") as scratch:
        run = partial(_run, prepared.base, Path(scratch))
        with multiprocessing.get_context("fork").Pool(jobs, maxtasksperchild=1) as pool:
            for batch, (done, alarms, seconds) in zip(
                batches, pool.imap(run, batches), strict=True
            ):
                for plan, (damage, size) in zip(batch, done, strict=True):
                    own = tuple(one for one in alarms if names_one_of(one, damage.streams))
                    trial = Trial(plan.kind, size, damage, own, seconds / len(batch))
                    yield judge(kind(plan.kind), trial, usual=prepared.usual)


def _run(base: Base, scratch: Path, batch: Sequence[Plan]) -> Result:
    began = time.monotonic()
    folder = scratch / batch[0].name
    delivery = base.copy(folder)
    done = [damaged(kind(one.kind), delivery, seed=one.seed, size=one.size) for one in batch]
    alarms = refreshed(folder, to_the_end=True)
    shutil.rmtree(folder, ignore_errors=True)
    return done, alarms, time.monotonic() - began
