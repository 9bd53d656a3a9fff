"""Fault 2: SIGKILL at every step of a refresh and of a publish.

I1 and I6: the old or the new release is intact, the next run succeeds without manual work, no temporary
files stay. Here are the steps of single packages, each killed on its own; the steps of a complete refresh,
and random moments, are killed in `test_fault_02_soak`.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from orchestration import ingestion
from orchestration.core import failpoints
from orchestration.core.failpoints import KILL_AT
from orchestration.ingestion.ledger.loads import active_loads
from orchestration.publication import current_release, recover, releases, rollback, verify_release
from orchestration.publication.layout import intent_of
from orchestration.settings import Home
from tests.faults.tiny_company import FILES_A_DAY, ORDERS_A_DAY, TinyCompany
from tests.unit.publication.factories import amount_in, make_release

NEW_FROM = failpoints.PUBLISH.index("publish.renamed")
LEDGER_REPAIRED = ("ledger.repaired", "ledger.corrupt_moved")

LAND = """
import sys
from pathlib import Path
from orchestration.ingestion import repair_ledger
from tests.faults.tiny_company import TinyCompany
company = TinyCompany(Path(sys.argv[1]))
repair_ledger(company.home)
company.land(run_id="run")
"""

ROLL_BACK = """
import sys
from orchestration.publication import rollback
from orchestration.settings import Home
rollback(Home.at(sys.argv[1]))
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "home")


def test_there_are_at_least_twenty_steps_and_each_is_killed_somewhere() -> None:
    killed_here = (
        *failpoints.CANDIDATE, *failpoints.PUBLISH, *failpoints.PRUNE, *failpoints.ROLLBACK,
        *failpoints.RECOVER, *failpoints.LANDING, *failpoints.LEDGER,
    )  # fmt: skip
    killed_in_the_soak = failpoints.REFRESH
    killed_beside = (*failpoints.API, *failpoints.FORGET)  # test_fault_13, test_forgotten
    assert {*killed_here, *killed_in_the_soak, *killed_beside} == failpoints.STEPS
    assert len(failpoints.STEPS) >= 20


def test_a_step_that_no_test_knows_is_refused() -> None:
    with pytest.raises(ValueError, match=r"publish\.forgotten"):
        failpoints.failpoint("publish.forgotten")


def _python(*arguments: str, kill_at: str = "") -> int:
    environment = {**os.environ, KILL_AT: kill_at} if kill_at else dict(os.environ)
    return subprocess.run([sys.executable, *arguments], env=environment, check=False).returncode


def _publish(home: Home, run_id: str, amount: int, kill_at: str = "") -> int:
    script = ("-m", "tests.unit.publication.factories")
    return _python(*script, str(home.root), run_id, str(amount), kill_at=kill_at)


def _leftovers(home: Home) -> list[str]:
    return [
        str(path.relative_to(home.root))
        for path in home.root.rglob("*")
        if ".tmp" in path.name or path.suffix in (".wal", ".spill") or path == intent_of(home)
    ]


@pytest.mark.parametrize("step", [*failpoints.CANDIDATE, *failpoints.PUBLISH, *failpoints.PRUNE])
def test_publishing(home: Home, step: str) -> None:
    make_release(home, "run-0", amount=5)
    first = make_release(home, "run-1", amount=10)

    assert _publish(home, "run-2", 20, kill_at=step) == -signal.SIGKILL

    current = current_release(home)
    assert current is not None
    verify_release(home, current.release_id)
    assert amount_in(home.current) in ((10, 10), (20, 20))

    recover(home, killed=["run-2"])
    recovered = current_release(home)
    assert recovered is not None
    at = failpoints.PUBLISH.index(step) if step in failpoints.PUBLISH else -1
    is_new = step in failpoints.PRUNE or at >= NEW_FROM
    assert amount_in(home.current) == ((20, 20) if is_new else (10, 10))
    assert (recovered.release_id == first.release_id) != is_new
    assert list(home.candidates.iterdir()) == []

    assert _publish(home, "run-3", 30) == 0
    assert amount_in(home.current) == (30, 30)
    for release in releases(home):
        verify_release(home, release.release_id)
    assert _leftovers(home) == []


@pytest.mark.parametrize("step", failpoints.ROLLBACK)
def test_rolling_back(home: Home, step: str) -> None:
    make_release(home, "run-1", amount=10)
    make_release(home, "run-2", amount=20)
    assert _python("-c", ROLL_BACK, str(home.root), kill_at=step) == -signal.SIGKILL
    assert amount_in(home.current) == ((20, 20) if step == "rollback.linked" else (10, 10))
    rollback(home, releases(home)[-1].release_id)
    assert amount_in(home.current) == (10, 10)
    assert _leftovers(home) == []


@pytest.mark.parametrize("step", failpoints.RECOVER)
def test_recovering(home: Home, step: str) -> None:
    """The run that clears up after a killed one is killed itself."""
    make_release(home, "run-1", amount=10)
    assert _publish(home, "run-2", 20, kill_at="publish.renamed") == -signal.SIGKILL
    assert _publish(home, "run-3", 30, kill_at=step) == -signal.SIGKILL
    assert amount_in(home.current) == ((10, 10) if step == "recover.linked" else (20, 20))
    assert _publish(home, "run-4", 40) == 0
    assert amount_in(home.current) == (40, 40)
    assert _leftovers(home) == []


def _landed(company: TinyCompany) -> tuple[int, int, set[str]]:
    """Rows, quarantined rows and files in landing, counted in the Parquet files and the ledger."""
    import duckdb

    with ingestion.Ledger(company.home.ledger) as ledger:
        loads = [load for load, _ in active_loads(ledger)]
    paths = sorted(company.home.landing.rglob("*.parquet"))
    assert {path.stem for path in paths} == {load.load_id for load in loads}
    rows = sum(
        duckdb.sql(f"select count(*) from read_parquet('{path}')").fetchall()[0][0]
        for path in paths
    )
    assert rows == sum(load.rows_landed for load in loads)
    files = [file for load in loads for file in load.files]
    assert len(files) == len(set(files)), "a file counts once"
    return rows, len(ingestion.quarantine.list_open(company.home)), set(files)


@pytest.mark.parametrize("step", [*failpoints.LANDING, "ledger.copied"])
def test_landing(tmp_path: Path, step: str) -> None:
    """I3: what a killed landing half wrote does not count, and nothing of it is lost or doubled."""
    company = TinyCompany.make(tmp_path / "tiny", days=1)
    company.land()
    company.add_day(1)
    assert _python("-c", LAND, str(company.folder), kill_at=step) == -signal.SIGKILL
    company.land()
    rows, quarantined, files = _landed(company)
    assert (rows, quarantined, len(files)) == (2 * 2 * ORDERS_A_DAY, 2, 2 * FILES_A_DAY)
    recover(company.home)
    assert _leftovers(company.home) == []


@pytest.mark.parametrize("step", LEDGER_REPAIRED)
def test_mending_the_ledger(tmp_path: Path, step: str) -> None:
    company = TinyCompany.make(tmp_path / "tiny", days=2)
    company.land()
    company.home.ledger.write_bytes(b"not a database" * 400)
    assert _python("-c", LAND, str(company.folder), kill_at=step) == -signal.SIGKILL
    assert "its backup" in ingestion.repair_ledger(company.home)
    rows, quarantined, files = _landed(company)
    assert (rows, quarantined, len(files)) == (2 * 2 * ORDERS_A_DAY, 2, 2 * FILES_A_DAY)
    assert company.land().loads == ()
    recover(company.home)
    assert _leftovers(company.home) == []


def test_recovering_twice_changes_nothing(home: Home) -> None:
    make_release(home, "run-1", amount=10)
    assert _publish(home, "run-2", 20, kill_at="publish.renamed") == -signal.SIGKILL
    assert amount_in(home.current) == (10, 10)
    assert recover(home).finished
    assert recover(home).finished == ""
    assert recover(home).removed == ()
    assert amount_in(home.current) == (20, 20)


def test_a_release_corrupted_in_the_crash_is_not_made_current(home: Home) -> None:
    first = make_release(home, "run-1", amount=10)
    assert _publish(home, "run-2", 20, kill_at="publish.renamed") == -signal.SIGKILL
    (second,) = (r for r in releases(home) if r.release_id != first.release_id)
    marts = home.releases / second.release_id / "marts.duckdb"
    marts.chmod(0o644)
    marts.write_bytes(marts.read_bytes()[:-10])

    assert recover(home).finished == ""
    assert [release.release_id for release in releases(home)] == [first.release_id]
    assert amount_in(home.current) == (10, 10)


def test_a_candidate_that_failed_its_gate_is_kept_for_inspection(home: Home) -> None:
    """I2: only what was killed is cleared away."""
    (home.candidates / "failed").mkdir(parents=True)
    (home.candidates / "killed").mkdir()
    recover(home, killed=["killed", "never-began"])
    assert [path.name for path in home.candidates.iterdir()] == ["failed"]


def test_two_openers_at_the_same_instant_make_one_ledger(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from orchestration.ingestion import Ledger; "
        "time.sleep(max(0, float(sys.argv[2]) - time.time())); Ledger(Path(sys.argv[1])).close()"
    )
    import time

    at = str(time.time() + 3)
    ledger = tmp_path / "ledger.sqlite"
    openers = [
        subprocess.Popen([sys.executable, "-c", script, str(ledger), at], stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    output = [opener.communicate()[1].decode() for opener in openers]
    assert [opener.returncode for opener in openers] == [0, 0, 0, 0], output
    with closing(sqlite3.connect(ledger)) as db:
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
