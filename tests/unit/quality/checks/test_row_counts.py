"""Gate 3: a mart that lost rows, or is missing, fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.quality.registry import registered
from tests.unit.quality.company import make_company
from tests.unit.quality.factories import gate_input, manifest_of, results

CHECK = "rows.<mart>"


@pytest.mark.parametrize(
    ("before", "outcome"), [(0, "pass"), (100, "pass"), (125, "pass"), (126, "fail")]
)
def test_a_mart_that_lost_more_than_a_fifth_of_its_rows_fails(
    tmp_path: Path, before: int, outcome: str
) -> None:
    make_company(tmp_path)
    candidate = gate_input(
        tmp_path,
        manifest=manifest_of("customer.fct_orders"),
        previous_rows={"customer.fct_orders": before},
    )
    (check,) = results(CHECK, candidate)
    assert check.outcome == outcome
    assert {check.name: check.subject} == registered(CHECK).names_in(candidate.definitions)


def test_a_mart_that_is_not_there_fails(tmp_path: Path) -> None:
    make_company(tmp_path)
    manifest = manifest_of("customer.fct_orders", "funnel.fct_gone")
    checks = results(CHECK, gate_input(tmp_path, manifest=manifest))
    failed = [check.name for check in checks if check.outcome == "fail"]
    assert failed == ["rows.funnel.fct_gone"]


def test_without_a_database_every_mart_has_failed(tmp_path: Path) -> None:
    candidate = gate_input(tmp_path, manifest=manifest_of("customer.fct_orders", "core.dim_reps"))
    checks = results(CHECK, candidate)
    assert [check.ran for check in checks] == [False, False]
    assert {check.subject for check in checks} == {"fct_orders", "dim_reps"}
