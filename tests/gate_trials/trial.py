"""One trial: a copy of a company after a good release, a damaged month, a refresh, and what the gate made of it.

Each runs in a process of its own, forked from one that has imported what a refresh needs. Signing and publishing
are left out: whether they would happen is the gate's verdict.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from orchestration.core.errors import EmbudoError
from orchestration.core.records import CheckResult, GateReport
from orchestration.refresh.session import RefreshSession
from orchestration.settings.workspace import Workspace
from tests.gate_trials.base import Base
from tests.gate_trials.damages.records import Case, Damage, Kind, Target
from tests.gate_trials.delivery import Delivery
from tests.reporters import RecordingReporter

CONTROL = "nothing"
"""The trial that damages nothing: what the gate reports of it is no merit in another."""


@dataclass(frozen=True)
class Alarm:
    """A check that did not pass: `title` is name and subject, `stops` whether nothing is published for it."""

    title: str
    stops: bool
    observed: str


@dataclass(frozen=True)
class Trial:
    """What was done, and every alarm. `error` is an exception that is no verdict of the gate."""

    kind: str
    size: float
    damage: Damage
    alarms: tuple[Alarm, ...]
    seconds: float
    error: str = ""


def planned(kind: Kind, *, seed: str, size: float | None = None) -> tuple[Random, float]:
    """The random numbers and the size of a kind's trial with a seed."""
    rng = Random(f"{seed} {kind.name}")
    drawn = round(rng.uniform(*kind.sizes), 2)
    return rng, drawn if size is None else size


def target_of(kind: Kind, *, seed: str) -> Target:
    """Where a kind's trial with a seed does its damage."""
    rng, _ = planned(kind, seed=seed)
    return rng.choice(kind.targets)


def damaged(
    kind: Kind, delivery: Delivery, *, seed: str, size: float | None = None
) -> tuple[Damage, float]:
    """Do a kind of damage to a delivery; what was done, and its size."""
    rng, share = planned(kind, seed=seed, size=size)
    target = rng.choice(kind.targets)
    return kind.apply(Case(delivery, rng, target, share)), share


def run_trial(
    base: Base, folder: Path, do: Callable[[Delivery], tuple[Damage, float]], *, name: str
) -> Trial:
    """Deliver a month that `do` has damaged to a copy in `folder`, refresh, and read the gate's report."""
    began = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    damage, size = do(base.copy(folder))
    error = ""
    alarms: tuple[Alarm, ...] = ()
    try:
        alarms = refreshed(folder)
    except Exception as failure:
        error = f"{type(failure).__name__}: {failure}"
    shutil.rmtree(folder, ignore_errors=True)
    return Trial(name, size, damage, alarms, time.monotonic() - began, error)


def refreshed(
    folder: Path, *, publish: bool = False, to_the_end: bool = False
) -> tuple[Alarm, ...]:
    """Refresh a company up to the gate's verdict; every check that did not pass.

    `publish` makes the release too, and raises `GateFailed` where the gate stops it. `to_the_end` runs the later
    checks even where an earlier one stops.
    """
    workspace = Workspace.open(config=folder / "embudo.yml", home=folder / "home", inbox=None)
    session = RefreshSession(workspace, run_id="trial", report=RecordingReporter())
    with session:
        try:
            report: GateReport | None = _until_checked(session, to_the_end=to_the_end)
        except EmbudoError:
            report = session.outcome.gate
            if publish or not (report or session.outcome.load_checks):
                raise
        if publish:
            session.sign()
            session.publish()
    checks = report.checks if report is not None else session.outcome.load_checks
    return tuple(map(_alarm, filter(lambda check: check.outcome != "pass", checks)))


def _until_checked(session: RefreshSession, *, to_the_end: bool) -> GateReport:
    session.land()
    if not to_the_end:
        session.require_loads()
    session.build()
    if not to_the_end:
        session.require_build()
    session.evaluate()
    session.write_saved_queries()
    return session.check()


def _alarm(check: CheckResult) -> Alarm:
    return Alarm(check.title, check.outcome == "fail", check.observed)
