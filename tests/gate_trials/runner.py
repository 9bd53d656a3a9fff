"""Runs trials, each in a forked process; makes the company they start from once and keeps it in `target`."""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import pickle
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import TypeVar

from tests.conftest import ROOT
from tests.gate_trials.base import COMPANY, SCALE, Base, code_digest, write_company
from tests.gate_trials.damages import kind
from tests.gate_trials.damages.records import Damage
from tests.gate_trials.delivery import MONTH, Delivery
from tests.gate_trials.honest import Honest
from tests.gate_trials.judgement import Judged, judge
from tests.gate_trials.trial import CONTROL, Trial, damaged, refreshed, run_trial

KEPT = ROOT / "target" / "gate_trials"
_T = TypeVar("_T")
Do = Callable[[Delivery], tuple[Damage, float]]


@dataclass(frozen=True)
class Prepared:
    """A company after a good release, and what the gate says of its next month without any damage."""

    base: Base
    control: Trial

    @property
    def usual(self) -> frozenset[str]:
        """Alarms of the undamaged month."""
        return frozenset(alarm.title for alarm in self.control.alarms)


@dataclass(frozen=True)
class Plan:
    """A trial to run, as it is passed to a process."""

    kind: str
    seed: str
    size: float | None = None

    @property
    def name(self) -> str:
        """Of its folder."""
        return f"{self.kind}-{self.seed}-{self.size or 'drawn'}"


def prepare(
    *,
    company: int = COMPANY,
    scale: float = SCALE,
    month: str = MONTH,
    small_start: bool = False,
) -> Prepared:
    """The company, made and refreshed once for this state of the code, and its undamaged trial."""
    os.environ.setdefault("EMBUDO_DBT_CACHE", str(ROOT / "target" / "parsed"))
    name = f"{company}-{scale}-{month}{'-small' if small_start else ''}"
    folder = KEPT / f"{name}-{code_digest()}"
    marker = folder / "control.pickle"
    if not marker.exists():
        for old in KEPT.glob(f"{name}-????????????"):
            shutil.rmtree(old)
        write_company(folder, company=company, scale=scale, month=month, small_start=small_start)
        _in_process(partial(_release, folder / "company"))
        with tempfile.TemporaryDirectory() as scratch:
            run = partial(
                run_trial, Base(folder, month), Path(scratch, CONTROL), _nothing, name=CONTROL
            )
            control = _in_process(partial(_with_modules, run, folder / "modules.json"))
        marker.write_bytes(pickle.dumps(control))
    for module in json.loads((folder / "modules.json").read_text(encoding="utf-8")):
        # What a refresh imports: forked processes have it, and do not spend seconds on it each.
        with suppress(Exception):
            importlib.import_module(module)
    return Prepared(Base(folder, month), pickle.loads(marker.read_bytes()))


def run_all(prepared: Prepared, plans: Sequence[Plan], *, jobs: int = 1) -> Iterator[Judged]:
    """Run trials, `jobs` at a time, in the order of `plans`."""
    with tempfile.TemporaryDirectory(prefix="gate-trials-") as scratch:
        run = partial(_run, prepared.base, Path(scratch))
        context = multiprocessing.get_context("fork")
        with context.Pool(jobs, maxtasksperchild=1) as pool:
            for plan, trial in zip(plans, pool.imap(run, plans, chunksize=1), strict=True):
                yield judge(kind(plan.kind), trial, usual=prepared.usual)


def _run(base: Base, scratch: Path, plan: Plan) -> Trial:
    do: Do = partial(damaged, kind(plan.kind), seed=plan.seed, size=plan.size)
    return run_trial(base, scratch / plan.name, do, name=plan.kind)


def _nothing(delivery: Delivery) -> tuple[Damage, float]:
    return Damage(streams=(), rows=0), 0.0


def _release(folder: Path) -> None:
    refreshed(folder, publish=True)


def _with_modules(run: Callable[[], Trial], to: Path) -> Trial:
    trial = run()
    names = sorted(name for name in sys.modules if "__main__" not in name)
    to.write_text(json.dumps(names), encoding="utf-8")
    return trial


def _in_process(run: Callable[[], _T]) -> _T:
    context = multiprocessing.get_context("fork")
    with context.Pool(1) as pool:
        return pool.apply(run)


def run_honest(change: Honest, *, company: int) -> Trial:
    """An honest change in the month of a company of its own, after a good release."""
    prepared = prepare(company=company, month=change.month, small_start=change.small_start)
    with tempfile.TemporaryDirectory(prefix="gate-trials-") as scratch:
        do: Do = partial(_changed, change, str(company))
        run = partial(run_trial, prepared.base, Path(scratch, change.name), do, name=change.name)
        return _in_process(run)


def _changed(change: Honest, seed: str, delivery: Delivery) -> tuple[Damage, float]:
    change.apply(delivery, Random(f"{seed} {change.name}"))
    return Damage(streams=(), rows=0), 0.0
