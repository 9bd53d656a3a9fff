"""What is published, and what is refused (I1, I2)."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime

import duckdb
import pytest

from orchestration.core.errors import PublicationRefused
from orchestration.core.records import ReleaseWarning
from orchestration.publication import (
    Candidate,
    current_release,
    open_candidate,
    prepare_candidate,
    publish,
    releases,
    seal,
    verify_release,
)
from orchestration.publication.layout import intent_of
from orchestration.settings import Home
from tests.unit.publication.factories import (
    PASSED,
    REQUIRED,
    amount_in,
    build,
    make_candidate,
    make_release,
    sign,
)

pytestmark = pytest.mark.slow


def test_a_signed_candidate_becomes_the_current_release(home: Home) -> None:
    release = make_release(home, "run-1", amount=10)

    assert home.current.readlink().as_posix() == f"releases/{release.release_id}"
    assert not home.current.readlink().is_absolute()
    assert amount_in(home.current) == (10, 10)
    current = current_release(home)
    assert current == dataclasses.replace(release, is_current=True)
    assert release.as_of == datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC)
    assert release.loads == ("l1",)
    assert release.streams == {"crm.orders": "2026-07-01T04:00:00+00:00"}
    assert release.rows == {"customer.fct_orders": 1}
    assert release.duckdb_version == duckdb.__version__
    assert sorted(path.name for path in home.current.resolve().iterdir()) == [
        "manifest.json", "marts.duckdb", "receipt.json", "release.json", "semantic_manifest.json",
        "warehouse.duckdb",
    ]  # fmt: skip
    assert verify_release(home, release.release_id) == release
    assert not list(home.candidates.iterdir())
    assert not intent_of(home).exists()


def test_a_release_keeps_what_the_next_refresh_compares_with_and_nothing_else(home: Home) -> None:
    candidate = make_candidate(home, "run-1", amount=10)
    for name in ("counts.parquet", "history.json", "docs.html", "scratch.csv", ".hidden.json"):
        (candidate.directory / name).write_bytes(b"{}")
    publish(home, candidate, required_checks=REQUIRED)
    kept = {path.name for path in home.current.resolve().iterdir()}
    assert {"counts.parquet", "history.json", "docs.html"} <= kept
    assert {"scratch.csv", ".hidden.json"}.isdisjoint(kept)


def test_a_second_release_is_built_upon_the_first_and_leaves_it_as_it_was(home: Home) -> None:
    first = make_release(home, "run-1", amount=10)
    second = make_release(home, "run-2", amount=20)

    assert second.release_id > first.release_id
    assert second.based_on == first.release_id
    assert not second.full
    assert amount_in(home.releases / first.release_id) == (10, 10)
    assert amount_in(home.current) == (20, 20)
    assert [release.release_id for release in releases(home)] == [
        second.release_id,
        first.release_id,
    ]
    verify_release(home, first.release_id)


def _no_receipt(candidate: Candidate) -> None:
    candidate.receipt.unlink()


def _broken_receipt(candidate: Candidate) -> None:
    candidate.receipt.write_text('{"run_id":')


def _changed_after(candidate: Candidate) -> None:
    with duckdb.connect(str(candidate.marts)) as connection:
        connection.execute("update customer.fct_orders set net_amount = -1")


def _of_another_run(candidate: Candidate) -> None:
    sign(candidate, seal(candidate), run_id="run-0")


def _check_left_out(candidate: Candidate) -> None:
    sign(candidate, seal(candidate), checks=PASSED[:1], required=REQUIRED[:1])


def _check_left_out_of_what_ran(candidate: Candidate) -> None:
    sign(candidate, seal(candidate), checks=PASSED[:1])


def _check_failed(candidate: Candidate) -> None:
    failed = dataclasses.replace(PASSED[1], outcome="fail", failures=3, observed="3")
    sign(candidate, seal(candidate), checks=(PASSED[0], failed))


def _check_skipped(candidate: Candidate) -> None:
    skipped = dataclasses.replace(PASSED[1], outcome="skipped")  # type: ignore[arg-type]
    sign(candidate, seal(candidate), checks=(PASSED[0], skipped))


def _check_raised(candidate: Candidate) -> None:
    raised = dataclasses.replace(PASSED[1], ran=False, observed="it raised")
    sign(candidate, seal(candidate), checks=(PASSED[0], raised))


def _warned_past_limit(candidate: Candidate) -> None:
    warned = dataclasses.replace(PASSED[1], outcome="warn", failures=6, warn_limit=5)
    sign(candidate, seal(candidate), checks=(PASSED[0], warned), verdict="warn")


def _verdict_is_fail(candidate: Candidate) -> None:
    sign(candidate, seal(candidate), verdict="fail")


def _covers_one_file(candidate: Candidate) -> None:
    files = dict(seal(candidate))
    del files["warehouse.duckdb"]
    sign(candidate, files)


def _promised_table_missing(candidate: Candidate) -> None:
    with duckdb.connect(str(candidate.marts)) as connection:
        connection.execute("drop table customer.fct_orders")
    sign(candidate, seal(candidate))


def _no_manifest(candidate: Candidate) -> None:
    (candidate.artifacts / "manifest.json").unlink()


def _stale_wal(candidate: Candidate) -> None:
    candidate.marts.with_name("marts.duckdb.wal").write_bytes(b"stale")


def _not_a_database(candidate: Candidate) -> None:
    files = dict(seal(candidate))
    candidate.marts.write_bytes(b"x" * 20_000)
    import hashlib

    files["marts.duckdb"] = hashlib.sha256(b"x" * 20_000).hexdigest()
    sign(candidate, files)


@pytest.mark.parametrize(
    ("corrupt", "words"),
    [
        (_no_receipt, "No receipt"),
        (_broken_receipt, "cannot be read"),
        (_changed_after, "marts.duckdb was changed after the gate had checked it"),
        (_of_another_run, "the receipt is of run run-0, not of run-2"),
        (_check_left_out, f"required check {REQUIRED[1]} did not run"),
        (_check_left_out_of_what_ran, f"required check {REQUIRED[1]} did not run"),
        (_check_failed, f"check {REQUIRED[1]} on fct_orders failed"),
        (_check_skipped, "ended as 'skipped'"),
        (_check_raised, "could not run: it raised"),
        (_warned_past_limit, "warned past its limit: 6 failures, at most 5 allowed"),
        (_verdict_is_fail, "the gate's verdict is 'fail'"),
        (_covers_one_file, "does not cover warehouse.duckdb"),
        (_promised_table_missing, "marts.customer.fct_orders"),
        (_no_manifest, "no readable dbt manifest"),
        (_stale_wal, "marts.duckdb.wal"),
        (_not_a_database, "cannot be read back"),
    ],
)  # fmt: skip
def test_refused_and_nothing_changed(
    home: Home, corrupt: Callable[[Candidate], None], words: str
) -> None:
    first = make_release(home, "run-1", amount=10)
    candidate = make_candidate(home, "run-2", amount=20)
    corrupt(candidate)

    with pytest.raises(PublicationRefused) as refusal:
        publish(home, candidate, required_checks=REQUIRED)

    assert words in str(refusal.value)
    assert [release.release_id for release in releases(home)] == [first.release_id]
    assert amount_in(home.current) == (10, 10)
    assert candidate.directory.is_dir(), "the failed candidate is kept for inspection"


def test_a_receipt_that_requires_nothing_lets_nothing_out(home: Home) -> None:
    candidate = make_candidate(home, "run-1", amount=10)
    sign(candidate, seal(candidate), checks=(), required=())
    with pytest.raises(PublicationRefused, match="no check was required"):
        publish(home, candidate, required_checks=())


def test_a_waived_failure_is_published_and_stays_visible(home: Home) -> None:
    candidate = make_candidate(home, "run-1", amount=10)
    accepted = dataclasses.replace(
        PASSED[1], outcome="warn", failures=9, warn_limit=5, waiver="ana: known promotion"
    )
    sign(candidate, seal(candidate), checks=(PASSED[0], accepted), verdict="warn")
    release = publish(home, candidate, required_checks=REQUIRED)
    assert release.verdict == "warn"
    assert release.accepted == {f"{REQUIRED[1]} on fct_orders": "ana: known promotion"}


def test_what_a_check_warned_of_is_kept_and_read_again(home: Home) -> None:
    warning = ReleaseWarning(
        check="loads.volume", subject="crm.deals", observed="3 rows", expected="about 30 rows",
        remedy="Ask.", streams=("crm.deals",),
    )  # fmt: skip
    candidate = make_candidate(home, "run-1", amount=10)
    release = publish(home, candidate, required_checks=REQUIRED, warnings=(warning,))
    assert release.warnings == (warning,)
    assert [kept.warnings for kept in releases(home)] == [(warning,)]


def test_the_publish_step_alone_publishes_nothing(home: Home) -> None:
    candidate = prepare_candidate(home, "run-1", full=True)
    build(candidate, amount=10)
    with pytest.raises(PublicationRefused, match="No receipt"):
        publish(home, open_candidate(home, "run-1"), required_checks=REQUIRED)
    with pytest.raises(PublicationRefused, match="has no candidate"):
        open_candidate(home, "run-9")


def test_an_open_connection_is_refused_before_anything_is_hashed(home: Home) -> None:
    candidate = make_candidate(home, "run-1", amount=10)
    connection = duckdb.connect(str(candidate.marts))
    try:
        with pytest.raises(PublicationRefused, match="still open in this process"):
            seal(candidate)
        with pytest.raises(PublicationRefused, match="still open in this process"):
            publish(home, candidate, required_checks=REQUIRED)
    finally:
        connection.close()
    publish(home, candidate, required_checks=REQUIRED)


def test_release_ids_grow_even_where_the_clock_went_back(home: Home) -> None:
    make_release(home, "run-1", amount=10)
    release_id = next(iter(releases(home))).release_id
    future = home.releases / f"20990101T000000Z-{release_id.split('-')[1]}"
    (home.releases / release_id).rename(future)
    described = json.loads((future / "release.json").read_text())
    home.current.unlink()
    home.current.symlink_to(f"releases/{future.name}")
    (future / "release.json").chmod(0o644)
    (future / "release.json").write_text(json.dumps({**described, "release_id": future.name}))

    second = make_release(home, "run-2", amount=20)
    assert second.release_id == "20990101T000001Z-run2"
