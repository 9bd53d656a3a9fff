"""Each thing that waits for somebody is one sentence with its command."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

from orchestration.core.records import CheckResult, QuarantinedLoad, RejectedFile, Waiver
from orchestration.operations.status import RefreshStatus, ReleaseStatus, Status, StreamStatus
from orchestration.operations.status_advice import advice

AT = datetime(2026, 1, 2, tzinfo=UTC)
HEALTHY = Status(
    release=ReleaseStatus(
        release_id="r1", published_at=AT, as_of=AT, verdict="pass", waived={}, data_docs=Path("x")
    ),
    corruption="",
    running=None,
)
STREAM = StreamStatus(
    source="shop", stream="orders", loads=1, rows_landed=9, rows_of_last_load=9, last_load=AT,
    newest_data=None, rows_quarantined=3,
)  # fmt: skip
RUN = RefreshStatus(
    run_id="run-1", started_at=AT, verdict="failed", release_id=None, error="No.\nMore.", detail={}
)


def sentences(tmp_path: Path, **changes: object) -> tuple[str, ...]:
    status = dataclasses.replace(HEALTHY, **changes)  # type: ignore[arg-type]
    return advice(status, config=tmp_path / "embudo.yml", home=tmp_path)


def test_nothing_to_do(tmp_path: Path) -> None:
    assert sentences(tmp_path) == ("Nothing: everything is in order.",)


def test_releases(tmp_path: Path) -> None:
    (none,) = sentences(tmp_path, release=None)
    assert none == "There is no release yet: `embudo refresh`."
    (corrupt,) = sentences(tmp_path, release=None, corruption="r1 is corrupt.")
    assert corrupt == "r1 is corrupt. `embudo doctor` checks the whole home."


def test_only_the_last_refresh_counts(tmp_path: Path) -> None:
    (failed,) = sentences(tmp_path, refreshes=(RUN,))
    assert failed.startswith("The last refresh failed: No. See `embudo status --explain`")
    killed = dataclasses.replace(RUN, verdict="killed", error=None)
    assert "was killed" in sentences(tmp_path, refreshes=(killed, RUN))[0]
    good = dataclasses.replace(RUN, verdict="pass", error=None)
    assert sentences(tmp_path, refreshes=(good, RUN)) == sentences(tmp_path)


def test_rows_files_loads_and_waivers(tmp_path: Path) -> None:
    load = QuarantinedLoad(
        load_id="l1", source="shop", stream="orders", check="loads.volume", reason="half the rows",
        run_id="run-1", at=AT, rows_landed=1200,
    )  # fmt: skip
    rows, file, quarantined, waived = sentences(
        tmp_path,
        streams=(STREAM,),
        rejected_files=(RejectedFile("shop", "orders", "a.csv", "it is cut short"),),
        quarantined_loads=(load,),
        waivers=(Waiver("metric.revenue", "Black Friday", "ana", AT),),
    )
    assert rows.startswith("3 row(s) are in quarantine: `embudo quarantine` lists them")
    assert file == "shop orders: a.csv was rejected: it is cut short"
    assert "(1,200 rows) is in quarantine: half the rows" in quarantined
    assert 'embudo waive "loads.volume on shop.orders" --reason "…"' in quarantined
    assert waived.startswith("The next refresh may use the waiver of metric.revenue (ana, 2026")


def test_each_warning_of_the_release_is_named(tmp_path: Path) -> None:
    """Check, subject, cause and what to do; never "in order" under a verdict of warn."""
    check = CheckResult(
        gate=2, name="dbt.orders_of_known_accounts", subject="fct_orders", outcome="warn", severity="warn",
        observed="4 row(s)", expected="each account_key is in dim_accounts", failures=4,
        sample_keys=("crm:A", "crm:B", "crm:A"), sample_rows=("crm:B (o.csv line 4)",), remedy="Deliver the accounts.",
    )  # fmt: skip
    assert HEALTHY.release is not None
    release = dataclasses.replace(HEALTHY.release, verdict="warn", warnings=(check,))
    assert sentences(tmp_path, release=release) == (
        "Warning dbt.orders_of_known_accounts on fct_orders: 4 row(s), for example crm:A, "
        "crm:B (o.csv line 4); expected: each account_key is in dim_accounts. Deliver the accounts.",
    )
    many = dataclasses.replace(release, warnings=(check,) * 12)
    *_, last = sentences(tmp_path, release=many)
    assert last == "2 more warning(s): `embudo status --explain` lists them."
    unread = dataclasses.replace(release, warnings=())
    assert "embudo status --explain" in sentences(tmp_path, release=unread)[0]
