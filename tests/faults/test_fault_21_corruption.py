"""Fault 21: a corrupt landing file, ledger, manifest or release.

It is found by its checksum and named, rebuilt from what is intact, and `embudo doctor` reports it.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from orchestration import ingestion
from orchestration.core.errors import LandingCorrupt, ReleaseCorrupt
from orchestration.ingestion.ledger.loads import active_loads
from orchestration.publication import current_release, verify_release
from orchestration.settings.workspace import Workspace
from orchestration.transformation.dbt_runner import is_intact
from orchestration.transformation.project import Project
from tests.faults.tiny_company import (
    FILES_A_DAY,
    ORDERS_A_DAY,
    TinyCompany,
    answer_of,
    embudo_of,
    expected,
)


def flip_a_byte(path: Path, *, at: float = 0.5) -> None:
    """Change one bit in the middle, or at `at` (0 to 1)."""
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[int(len(data) * at)] ^= 1
    path.write_bytes(bytes(data))


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


@pytest.fixture
def landed(tmp_path: Path) -> TinyCompany:
    """Two days, landed and not refreshed."""
    tiny = TinyCompany.make(tmp_path / "tiny", days=2)
    tiny.land()
    return tiny


def active_rows(tiny: TinyCompany) -> int:
    with ingestion.Ledger(tiny.home.ledger) as ledger:
        return sum(load.rows_landed for load, _ in active_loads(ledger))


def loads_of(tiny: TinyCompany) -> list[tuple[object, ...]]:
    """What the ledger has of loads and files, apart from when."""
    with closing(sqlite3.connect(tiny.home.ledger)) as db:
        return db.execute(
            "select l.*, f.path, f.sha256, f.fingerprint, f.business_max, f.replaced_by, f.resolved_by "
            "from loads l join load_files f using (load_id) order by load_seq, part"
        ).fetchall()


@pytest.mark.parametrize("corrupt", [flip_a_byte, truncate, Path.unlink])
def test_a_landed_file_is_read_again_from_the_inbox(
    landed: TinyCompany, corrupt: Callable[[Path], None]
) -> None:
    path = next(landed.home.landing.rglob("*.parquet"))
    corrupt(path)
    with ingestion.Ledger(landed.home.ledger) as ledger:
        corrupt_files = ingestion.find_corrupt(landed.home, ledger)
    assert [file.path for file in corrupt_files] == [path]
    assert path.stem in str(corrupt_files[0])

    landed.add_day(2)
    result = landed.land()

    assert path.stem in result.replaced_loads
    assert active_rows(landed) == 3 * 2 * ORDERS_A_DAY
    with ingestion.Ledger(landed.home.ledger) as ledger:
        assert ingestion.find_corrupt(landed.home, ledger) == []
    assert landed.land().loads == ()


def test_a_landed_file_whose_source_is_gone_is_named_and_nothing_changes(
    landed: TinyCompany,
) -> None:
    path = next((landed.home.landing / "shop" / "orders").glob("*.parquet"))
    flip_a_byte(path)
    kept = (landed.inbox / "orders_0000.csv").read_bytes()
    (landed.inbox / "orders_0000.csv").unlink()
    before = loads_of(landed)

    with pytest.raises(LandingCorrupt, match=rf"load {path.stem}.*orders_0000\.csv") as refusal:
        landed.land(hash_all=True)
    assert f"embudo doctor --give-up {path.stem}" in str(refusal.value)
    assert loads_of(landed) == before

    (landed.inbox / "orders_0000.csv").write_bytes(kept)
    landed.land(hash_all=True)
    assert active_rows(landed) == 2 * 2 * ORDERS_A_DAY


def test_a_load_is_dropped_only_where_it_is_corrupt(landed: TinyCompany) -> None:
    paths = sorted((landed.home.landing / "shop").rglob("*.parquet"))
    with pytest.raises(LandingCorrupt, match=f"{paths[0].stem} is not corrupt"):
        ingestion.discard_corrupt_load(landed.home, paths[0].stem)
    flip_a_byte(paths[0])
    load = ingestion.discard_corrupt_load(landed.home, paths[0].stem)
    assert load.rows_landed == 2 * ORDERS_A_DAY
    assert active_rows(landed) == 2 * ORDERS_A_DAY
    assert landed.land(hash_all=True).loads == ()


def break_pages(ledger: Path) -> None:
    data = bytearray(ledger.read_bytes())
    for start in range(4096, len(data), 4096):
        data[start : start + 64] = b"\xff" * 64
    ledger.write_bytes(bytes(data))


def no_database(ledger: Path) -> None:
    ledger.write_bytes(b"lost to a bad sector" * 1000)


def empty(ledger: Path) -> None:
    """Someone removed it, and another command made a new one since."""
    ledger.unlink()
    ingestion.Ledger(ledger).close()


def cut_in_half(ledger: Path) -> None:
    data = ledger.read_bytes()
    ledger.write_bytes(data[: len(data) // 2])


@pytest.mark.parametrize(
    ("corrupt", "backup"),
    [
        *(
            (corrupt, "whole")
            for corrupt in (break_pages, no_database, Path.unlink, empty, cut_in_half)
        ),
        (no_database, "behind"),
        (empty, "behind"),
        (cut_in_half, "gone"),
        (Path.unlink, "gone"),
    ],
)
def test_a_ledger_is_built_again(
    landed: TinyCompany, corrupt: Callable[[Path], None], backup: str
) -> None:
    """From its backup, from the landed files that the backup does not know yet, or from these alone."""
    kept = landed.home.root / ingestion.BACKUP
    if backup == "behind":
        aside = shutil.copy(kept, landed.folder / "behind.sqlite")
        landed.add_day(2)
        landed.land()
        shutil.copy(aside, kept)
    if backup == "gone":
        kept.unlink()
    before, days = loads_of(landed), 3 if backup == "behind" else 2
    corrupt(landed.home.ledger)

    output = ingestion.repair_ledger(landed.home)

    assert "rebuilt from" in output
    assert loads_of(landed) == before
    assert active_rows(landed) == days * 2 * ORDERS_A_DAY
    assert landed.land().loads == (), "no file is read twice"
    assert len({row[12] for row in before}) == days * FILES_A_DAY
    assert ingestion.repair_ledger(landed.home) == ""


def test_a_log_of_the_corrupt_ledger_is_not_replayed_into_the_new_one(landed: TinyCompany) -> None:
    before = loads_of(landed)
    writer = sqlite3.connect(landed.home.ledger)
    writer.execute("pragma journal_mode = wal")
    writer.execute("update loads set rows_landed = rows_landed, source = 'wrong'")
    writer.commit()
    wal = landed.home.ledger.with_name(landed.home.ledger.name + "-wal")
    stale = wal.read_bytes()
    writer.close()
    no_database(landed.home.ledger)
    wal.write_bytes(stale)
    assert ingestion.repair_ledger(landed.home)
    assert loads_of(landed) == before


def test_a_corrupt_parse_of_the_project_is_not_used(landed: TinyCompany, tmp_path: Path) -> None:
    workspace = Workspace.open(config=landed.config, home=landed.home.root, inbox=None)
    cache = Project(workspace).parsed()
    for name in ("manifest.json", "semantic_manifest.json", "partial_parse.msgpack"):
        copy = tmp_path / name / cache.name
        shutil.copytree(cache, copy)
        assert is_intact(copy)
        flip_a_byte(copy / name)
        assert not is_intact(copy)


@pytest.mark.slow
def test_all_at_once(tiny: TinyCompany) -> None:
    """Landing, ledger and current release corrupt: the doctor names each, one refresh repairs all."""
    home, embudo = tiny.home, embudo_of(tiny)
    assert json.loads(embudo("doctor", "--format", "json").stdout)["healthy"]

    release = current_release(home)
    assert release is not None
    marts = home.release(release.release_id) / "marts.duckdb"
    blocks = marts.stat().st_size // (128 * 1024)  # two bytes in each of DuckDB's blocks
    for number in range(1, blocks):
        flip_a_byte(marts, at=number / blocks)
    with pytest.raises(ReleaseCorrupt, match=r"marts\.duckdb does not match its checksum"):
        verify_release(home, release.release_id)
    refused = embudo("query", "orders", "--by", "product__name", expect=8).stderr
    assert "was changed after it was published: marts.duckdb" in refused
    assert "embudo rollback" in refused
    path = next((home.landing / "shop" / "orders").glob("*.parquet"))
    flip_a_byte(path)

    report = json.loads(embudo("doctor", "--format", "json", expect=1).stdout)
    wrong = {
        finding["area"]: finding for finding in report["findings"] if finding["state"] == "error"
    }
    assert set(wrong) == {"landing", "releases"}
    assert path.stem in wrong["landing"]["message"]
    assert "marts.duckdb does not match its checksum" in wrong["releases"]["message"]
    assert all("embudo" in finding["fix"] for finding in wrong.values())

    no_database(home.ledger)
    report = json.loads(embudo("doctor", "--format", "json", expect=1).stdout)
    wrong = {
        finding["area"]: finding for finding in report["findings"] if finding["state"] == "error"
    }
    assert set(wrong) == {"ledger", "releases"}

    tiny.add_day(1)
    output = embudo("refresh").stderr
    assert "rebuilt from its backup" in output
    repaired = current_release(home)
    assert repaired is not None
    assert repaired.full, "a corrupt release is not built upon"
    assert answer_of(home.current) == expected(2)
    shutil.rmtree(home.release(release.release_id))
    assert json.loads(embudo("doctor", "--format", "json").stdout)["healthy"]
