"""The gate on months that are damaged as companies' months are: a sample of all kinds, drawn by the commit.

`make gate-trials` runs every kind. A sample takes four minutes on two cores, mostly refreshes.
"""

from __future__ import annotations

import subprocess
from random import Random

import pytest

from tests.conftest import ROOT
from tests.gate_trials.damages import KINDS
from tests.gate_trials.known_missed import KNOWN_MISSED, SEED
from tests.gate_trials.runner import Plan, prepare, run_all
from tests.gate_trials.tables import summary

pytestmark = pytest.mark.slow

SAMPLE = 5
"""Kinds in a sample; fewer where fewer are seen."""


def _commit() -> str:
    """The commit's hash, so that each commit tries others; a constant where there is no git."""
    done = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "no commit"


def test_a_sample_of_damages_is_caught() -> None:
    """What has to stop is stopped, what is unusual is warned of, by a check that names the stream."""
    kinds = [kind for kind in KINDS if kind.name not in KNOWN_MISSED]
    plans = [
        Plan(kind.name, SEED) for kind in Random(_commit()).sample(kinds, min(SAMPLE, len(kinds)))
    ]
    judged = list(run_all(prepare(), plans))
    print(summary(judged))
    missed = {
        one.kind.name: (one.outcome, [alarm.title for alarm in one.alarms], one.trial.error)
        for one in judged
        if not one.as_expected
    }
    assert missed == {}
