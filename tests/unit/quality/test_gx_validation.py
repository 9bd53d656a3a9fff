"""Great Expectations on marts: its results agree with the conditions in SQL that the gate reports by."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.quality.databases import Databases
from orchestration.quality.expectations import expectations_of
from orchestration.quality.gx_validation import validate
from orchestration.quality.suites import MartSuite
from tests.unit.quality.test_expectations import DECLARED, ROWS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """`t`, of whose three rows some break each expectation, and `empty`."""
    candidate_databases = Databases.of(tmp_path_factory.mktemp("marts"))
    duckdb.connect(str(candidate_databases.warehouse)).close()
    with duckdb.connect(str(candidate_databases.marts)) as connection:
        connection.execute("create schema core")
        connection.execute(
            f"create table core.t as select * from (values {ROWS}) "
            "as t(id, name, amount, share, kind, begun_on, ended_on)"
        )
        connection.execute("create table core.good as from core.t where name = 'a'")
        connection.execute("create table core.empty as from core.t limit 0")
    return candidate_databases


def suite(table: str, **tuned: object) -> MartSuite:
    declared = {**DECLARED, "between": {"amount": [0, 50]}, **tuned}
    return MartSuite(table, "id", {}, expectations_of(table, declared, file="f"))


def kept(
    databases: Databases, *suites: MartSuite, needs_rows: bool = True
) -> dict[str, bool | None]:
    needed = {mart_suite.table: needs_rows for mart_suite in suites}
    validated = validate(suites, databases=databases, needs_rows=needed)
    return {name: outcome.kept for name, outcome in validated.items()}


def test_every_kind_fails_on_rows_that_break_it_and_passes_on_others(databases: Databases) -> None:
    results = kept(databases, suite("core.t"), suite("core.good"))
    names = {name.rsplit(".", 1)[1] for name in results}
    assert len(names) == len(DECLARED) + 1
    for name in names:
        assert results[f"marts.core.t.{name}"] is (name == "has_rows"), name
        assert results[f"marts.core.good.{name}"] is True, name
    duckdb.connect(str(databases.marts)).close()


def test_a_share_of_the_rows_may_break_an_expectation(databases: Databases) -> None:
    tuned = {"name_not_null": 0.66, "y_is_small": 0.66, "ended_on_after_begun_on": 0.5}
    results = kept(databases, suite("core.t", mostly=tuned))
    assert all(results[f"marts.core.t.{name}"] for name in tuned)


def test_a_mart_without_rows_fails_where_its_streams_have_some(databases: Databases) -> None:
    assert kept(databases, suite("core.empty"))["marts.core.empty.has_rows"] is False
    may_be_empty = kept(databases, suite("core.empty"), needs_rows=False)
    assert set(may_be_empty.values()) == {True}


def test_a_mart_that_is_missing_leaves_the_others_to_be_checked(databases: Databases) -> None:
    results = kept(databases, suite("core.missing"), suite("core.good"))
    assert results["marts.core.missing.id_unique"] is None
    assert results["marts.core.good.id_unique"] is True
