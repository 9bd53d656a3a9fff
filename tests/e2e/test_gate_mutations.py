"""The gate on corrupt data: what goes wrong with data or models fails a check by name; what is right passes.

One release is corrupted in many ways, each on a copy of its databases (see `corruptions`), and each load on a
copy of its rows. A corruption that no earlier figure can distinguish from the truth is compared with the release.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.core.records import LandingResult, Load, RejectedFile
from orchestration.ingestion import Ledger, load_contract
from orchestration.ingestion.ledger.loads import active_loads
from orchestration.quality import LoadLimits, LoadProfile, SourceLimits, check_loads
from tests.conftest import Embudo
from tests.e2e.corruptions import OF_MARTS, OF_METRICS
from tests.e2e.release_copy import ReleaseCopy

pytestmark = pytest.mark.slow

CAUGHT_AT_LEAST = 0.95


@pytest.fixture(scope="module")
def copied(company: Embudo, tmp_path_factory: pytest.TempPathFactory) -> ReleaseCopy:
    return ReleaseCopy(
        (company.home / "current").resolve(), tmp_path_factory.mktemp("corrupt") / "candidate"
    )


def test_sound_marts_pass(copied: ReleaseCopy) -> None:
    assert copied.failed("select 1") == {}


def test_corrupt_marts_and_metrics_fail_a_check_by_name(copied: ReleaseCopy) -> None:
    """I2, for 57 kinds of corruption: the check that names it fails."""
    corruptions = (*OF_MARTS, *OF_METRICS)
    assert len(corruptions) > 50
    caught: dict[str, str] = {}
    missed: dict[str, list[str]] = {}
    for corruption in corruptions:
        failed = copied.failed(corruption.sql, unseen=corruption.unseen, named=corruption.named)
        if corruption.named in failed:
            caught[corruption.what] = f"{corruption.named}: {failed[corruption.named].observed}"
        else:
            missed[corruption.what] = sorted(failed)
    print(*(f"{what}: {how}" for what, how in caught.items()), sep="\n")
    assert len(caught) >= CAUGHT_AT_LEAST * len(corruptions), missed


@pytest.fixture(scope="module")
def landed(company: Embudo) -> dict[str, tuple[Load, Path]]:
    """The loads of the release by stream, with their files."""
    with Ledger(company.home / "ledger.sqlite") as ledger:
        loads = [load for load, _ in active_loads(ledger)]
    return {
        load.stream: (
            load,
            company.home / "landing" / load.source / load.stream / f"{load.load_id}.parquet",
        )
        for load in loads
    }


STOP = SourceLimits(
    policies=dict.fromkeys(
        (
            "loads.volume",
            "loads.duplicate_keys",
            "loads.freshness",
            "loads.rejected_files",
        ),
        "stop",
    )
)

Examine = Callable[[dict[str, tuple[Load, Path]], Path], set[str]]


def _fails(
    stream: str,
    *,
    rows: str = "*",
    share: float = 1.0,
    of_load: Callable[[Load], Load] = lambda load: load,
    silent_days: int = 0,
    faults: tuple[RejectedFile, ...] = (),
) -> Examine:
    """What gate 1 fails on when the last 2,000 rows of a stream come again as a new load.

    `rows` is what is selected of each; `share` of them come; `silent_days` is how long before the other
    sources the stream's source fell silent.
    """

    def examine(landed: dict[str, tuple[Load, Path]], scratch: Path) -> set[str]:
        before, file = landed[stream]
        contract = load_contract()[stream]
        new = scratch / f"{stream}.parquet"
        count = int(min(before.rows_landed, 2000) * share)
        duckdb.sql(
            f"copy (select {rows} from (select * from read_parquet('{file}') order by _line desc "
            f"limit {count})) to '{new}' (format parquet)"
        )
        load = of_load(
            replace(
                before,
                load_id="new",
                load_seq=before.load_seq + 1000,
                rows_landed=count,
                rows_quarantined=0,
            )
        )
        profiles = {
            stamped.load_id: LoadProfile.of(path, keys=contract.keys, newest_by=contract.newest_by)
            for stamped, path in ((before, file), (load, new))
        }
        now = datetime(2026, 6, 30, tzinfo=UTC).replace(tzinfo=None)
        newest = {mutation.source: now for mutation, _ in landed.values()}
        newest[load.source] = now - timedelta(days=silent_days)
        # as exports of the same day's size have come before
        earlier = [
            replace(
                before, load_id=f"old{n}", load_seq=n, rows_landed=min(before.rows_landed, 2000)
            )
            for n in (1, 2)
        ]
        verdict = check_loads(
            LandingResult(loads=(load,), rejected_files=faults),
            history=[*earlier, *(mutation for mutation, _ in landed.values())],
            limits=LoadLimits(usual=STOP),
            profiles=profiles,
            newest=newest,
        )
        return {check.name for check in verdict.checks if check.outcome == "fail"}

    return examine


LOADS: dict[str, tuple[Examine, str]] = {
    "amounts are cents": (
        _fails("deals", rows="* replace (amount * 100 as amount)"),
        "loads.values",
    ),
    "prices are cents": (
        _fails("order_lines", rows="* replace (unit_price * 100 as unit_price)"),
        "loads.values",
    ),
    "seconds are milliseconds": (
        _fails("calls", rows="* replace (talk_seconds * 1000 as talk_seconds)"),
        "loads.values",
    ),
    "signs are flipped": (
        _fails("invoices", rows="* replace (-amount as amount)"),
        "loads.values",
    ),
    "owners are left out": (
        _fails("deals", rows="* replace (null::varchar as owner_id)"),
        "loads.values",
    ),
    "half of it is broken": (
        _fails("leads", of_load=lambda load: replace(load, rows_quarantined=load.rows_landed)),
        "loads.quarantine_share",
    ),
    "a stream shrinks to a tenth": (_fails("calls", share=0.1), "loads.volume"),
    "keys are doubled": (
        _fails("orders", rows="* replace ('1' as order_id, null::timestamp as updated_at)"),
        "loads.duplicate_keys",
    ),
    "a source is quiet for a month": (_fails("calls", silent_days=30), "loads.freshness"),
    "a file lacks a column": (
        _fails(
            "deals",
            faults=(
                RejectedFile(source="crm", stream="deals", file="d.csv", reason="no column Id"),
            ),
        ),
        "loads.rejected_files",
    ),
}


def test_sound_loads_pass(landed: dict[str, tuple[Load, Path]], tmp_path: Path) -> None:
    failed = {
        stream: _fails(stream)(landed, tmp_path) - {"loads.duplicate_keys"} for stream in landed
    }
    assert {stream: names for stream, names in failed.items() if names} == {}


@pytest.mark.parametrize("corruption", list(LOADS))
def test_a_damaged_load_fails_a_check_by_name(
    landed: dict[str, tuple[Load, Path]], tmp_path: Path, corruption: str
) -> None:
    """I2, before anything is built."""
    examine, named = LOADS[corruption]
    assert named in examine(landed, tmp_path)
