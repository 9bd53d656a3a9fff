"""Fault 8: the disk is full while landing, while building, while publishing.

A clear error, the current release served, nothing half-landed; with free space again all goes on.
"""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from orchestration import ingestion
from orchestration.core.errors import ResourceExhausted
from orchestration.ingestion.ledger.loads import all_loads
from orchestration.ingestion.ledger.rejected_files import open_rejected_files
from orchestration.publication import publish
from orchestration.settings import Home
from tests.faults.tiny_company import (
    ORDERS_A_DAY,
    TinyCompany,
    answer_of,
    embudo_of,
    expected,
    small_disk,
)
from tests.unit.publication.factories import REQUIRED, amount_in, make_candidate, make_release

MANY = 60_000


def fill(disk: Path) -> Path:
    """Leave not a byte free."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return filler


def test_while_landing(tmp_path: Path) -> None:
    company = TinyCompany.make(tmp_path / "tiny", days=1)
    with small_disk(company.home.root, megabytes=1):
        company.land()
        chance = random.Random(8)  # what does not compress
        ids = (f"{chance.getrandbits(160):x}" for _ in range(MANY))
        rows = (f"{key},a,2026-01-02 10:00:00,completed" for key in ids)
        (company.inbox / "orders_many.csv").write_text("\n".join(["id,account,at,status", *rows]))

        with pytest.raises(ResourceExhausted, match=r"shop\.orders was not landed.*No space left"):
            company.land()

        with ingestion.Ledger(company.home.ledger) as ledger:
            assert sum(load.rows_landed for load in all_loads(ledger)) == 2 * ORDERS_A_DAY
            assert open_rejected_files(ledger) == [], "a full disk is not the file's fault"
        assert not list(company.home.landing.rglob(".tmp*"))

        remount = ["mount", "-o", "remount,size=64m", str(company.home.root)]
        subprocess.run(remount, check=True)
        company.land()
        with ingestion.Ledger(company.home.ledger) as ledger:
            assert sum(load.rows_landed for load in all_loads(ledger)) == 2 * ORDERS_A_DAY + MANY


@pytest.mark.slow
def test_while_building(refreshed: TinyCompany, tmp_path: Path) -> None:
    company = TinyCompany(tmp_path / "tiny")
    size = sum(path.stat().st_size for path in refreshed.home.current.resolve().iterdir())
    used = sum(p.stat().st_size for p in refreshed.home.root.rglob("*") if p.is_file())
    room_for_a_copy = (used + size) // (1 << 20) + 3
    with small_disk(company.home.root, megabytes=room_for_a_copy):
        shutil.copytree(refreshed.folder, company.folder, symlinks=True, dirs_exist_ok=True)
        company.add_day(1)
        embudo = embudo_of(company)

        failed = embudo("refresh", expect=10).stderr

        assert "No space left" in failed, failed
        assert "Free some disk" in failed
        assert answer_of(company.home.current) == expected(1)
        assert embudo.query("orders") == [{"orders": expected(1)[0]}]


def test_while_publishing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=16) as disk:
        home = Home.at(disk / "home")
        make_release(home, "run-1", amount=10)
        candidate = make_candidate(home, "run-2", amount=20)
        filler = fill(disk)

        with pytest.raises(ResourceExhausted, match="No space left"):
            publish(home, candidate, required_checks=REQUIRED)

        assert amount_in(home.current) == (10, 10)
        filler.unlink()
        make_release(home, "run-3", amount=30)
        assert amount_in(home.current) == (30, 30)
