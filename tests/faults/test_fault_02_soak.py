"""Fault 2, at length: refreshes killed at named steps and at random moments, with readers all the while.

I1 and I6. Each refresh brings a new day and is killed (-9), its process group or its parent only. The
next one starts unaided on what was left; most are killed again before they have put it right, and every
fifth is let through and must succeed. At the end the marts equal those of a home that was never killed.

`make soak` kills 200 refreshes; `make test` 20. `EMBUDO_SOAK_REFRESHES` sets the number.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.core import failpoints
from orchestration.core.failpoints import KILL_AT
from orchestration.publication import current_release, verify_release
from orchestration.publication.layout import intent_of
from orchestration.settings import Home
from tests.conftest import Embudo
from tests.e2e.test_main_job import table_differences
from tests.faults.conftest import embudo_of
from tests.faults.soak_reader import KINDS
from tests.faults.tiny_company import TinyCompany, answer_of, expected

pytestmark = [pytest.mark.soak, pytest.mark.slow]

KILLED = int(os.environ.get("EMBUDO_SOAK_REFRESHES", "20"))
LET_THROUGH_EVERY = 5
RANDOM = "at a random moment"
ROOT = Path(__file__).resolve().parents[2]

# A day's landing, candidate and publish, in the middle of a complete refresh; the first ones are those that only a
# complete refresh reaches.
STEPS = (
    *failpoints.REFRESH, "landing.written", "publish.renamed", "landing.entered", "prune.done",
    "candidate.warehouse_ready", "publish.synced", "publish.switched", "candidate.sealed",
    "publish.linked", "ledger.copied", "landing.quarantine_written",
)  # fmt: skip


def plan(chance: random.Random) -> list[str]:
    """Where each refresh is killed: half at named steps, but never fewer than a refresh's own steps."""
    named = min(KILLED, max(KILLED // 2, len(failpoints.REFRESH)))
    steps = [STEPS[number % len(STEPS)] for number in range(named)]
    kills = steps + [RANDOM] * (KILLED - named)
    chance.shuffle(kills)
    return kills


@contextlib.contextmanager
def readers(home: Home, stop: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """A process of each kind that reads until the test stops it."""
    command = [sys.executable, "-m", "tests.faults.soak_reader"]
    started = [
        subprocess.Popen(
            [*command, kind, str(home.root), str(stop)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for kind in KINDS
    ]
    try:
        yield started
    finally:
        stop.touch()
        for reader in started:
            with contextlib.suppress(subprocess.TimeoutExpired):
                reader.wait(timeout=60)
            reader.kill()


def start(company: TinyCompany, **environment: str) -> subprocess.Popen[bytes]:
    """A refresh in a process group of its own."""
    command = [str(Path(sys.executable).with_name("embudo")), "refresh"]
    return subprocess.Popen(
        [*command, "--home", str(company.home.root), "--config", str(company.config)],
        cwd=ROOT,
        env=os.environ | environment,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill_at_random(company: TinyCompany, chance: random.Random, *, within: float) -> bool:
    """Kill a refresh at some moment of its life; whether it was still alive."""
    refresh = start(company)
    try:
        refresh.wait(timeout=chance.uniform(0, within))
    except subprocess.TimeoutExpired:
        if chance.random() < 0.5:
            os.killpg(refresh.pid, signal.SIGKILL)
        else:
            refresh.kill()
    return refresh.wait() == -signal.SIGKILL


def require_whole(company: TinyCompany, *, days: int) -> int:
    """The days in the current release, which is intact and has no more than there are."""
    release = current_release(company.home)
    assert release is not None
    verify_release(company.home, release.release_id)
    orders, _ = answer = answer_of(company.home.current)
    held = orders // expected(1)[0]
    assert answer == expected(held)
    assert held <= days
    return held


def leftovers(home: Home) -> list[str]:
    """What no run may leave once the next one has ended."""
    left_behind = [
        p for p in home.root.rglob("*") if ".tmp" in p.name or p.suffix in (".wal", ".spill")
    ]
    left_behind += [*home.candidates.iterdir(), *home.work.rglob("*")]
    left_behind += [intent_of(home)] if intent_of(home).exists() else []
    return [str(path.relative_to(home.root)) for path in left_behind]


def test_killed_refreshes(refreshed: TinyCompany, tiny: TinyCompany, tmp_path: Path) -> None:
    chance = random.Random(KILLED)
    embudo, counts = embudo_of(tiny), Counter[str]()
    days, seconds, began = 1, 30.0, time.monotonic()
    waiting = plan(chance)
    with readers(tiny.home, tmp_path / "stop") as reading:
        while waiting:
            tiny.add_day(days)
            days += 1
            step = waiting[-1]
            if step == RANDOM:
                dead = kill_at_random(tiny, chance, within=seconds)
            else:
                dead = start(tiny, **{KILL_AT: step}).wait() == -signal.SIGKILL
                assert dead, f"no refresh came by {step}"
            if dead:
                waiting.pop()
            counts["killed"] += dead
            counts["killed at random" if step == RANDOM else "killed at a named step"] += dead
            counts["ended before the kill"] += not dead
            held = require_whole(tiny, days=days)
            ended = f"killed {step}" if dead else "ended before the kill"
            print(
                f"{counts['killed']:>5} of {KILLED}: {ended}; {held} of {days} days released",
                flush=True,
            )
            if len(waiting) % LET_THROUGH_EVERY == 0 and dead:
                since = time.monotonic()
                embudo("refresh")
                seconds = time.monotonic() - since
                counts["let through"] += 1
                assert require_whole(tiny, days=days) == days
                assert leftovers(tiny.home) == []
    seen = [json.loads(reader.stdout.read()) for reader in reading if reader.stdout]
    unkilled = Embudo(home=tmp_path / "unkilled", config=tiny.config)
    unkilled("refresh")
    # Which load brought a row is not the company's: the home never killed lands all days in one.
    different = table_differences(
        tiny.home.current.resolve(),
        (unkilled.home / "current").resolve(),
        without=("performance.fct_load_rows",),
    )

    counts["reads"] = sum(reader["reads"] for reader in seen)
    counts["wrong or mixed reads"] = sum(len(reader["wrong"]) for reader in seen)
    counts["reader errors"] = sum(len(reader["errors"]) for reader in seen)
    counts["releases seen by readers"] = max(reader["releases"] for reader in seen)
    counts["days"] = days
    counts["marts that differ from a run never killed"] = len(different)
    counts["seconds"] = int(time.monotonic() - began)
    print("\n" + "\n".join(f"{count:>8,}  {what}" for what, count in counts.items()))
    assert [reader["wrong"] for reader in seen] == [[], [], []]
    assert [reader["errors"] for reader in seen] == [[], [], []]
    assert all(reader["reads"] > KILLED for reader in seen)
    assert different == {}
