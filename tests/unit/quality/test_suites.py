"""Suite files: what they must hold, and that each stands beside its mart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.core.errors import SettingsInvalid
from orchestration.quality.suites import read_suite, read_suites
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"key": "a", "expect": {"not_nul": ["a"]}}, "not_nul"),
        ({"key": "a", "not_null": ["a"]}, "not_null"),
        ({"expect": {"not_null": ["a"]}}, "key"),
        ({"key": "a", "expect": {"not_null": ["a"], "mostly": {"b_not_null": 0.9}}}, "b_not_null"),
        ({"key": "a", "expect": {"not_null": ["a"], "mostly": {"a_not_null": 1.5}}}, "1.5"),
        ({"key": "a", "expect": {"warn": {"x": 3}}}, "x"),
        ({"key": "a", "reconcile": {"deals": {"what": "deals"}}}, "expected, found"),
        ({"key": "a", "reconcile": {"deals": {"stream_key": ["b"], "whta": "deals"}}}, "whta"),
        ({"key": "a", "metric_months": {"revenue": {"amount": "sum(x)"}}}, "day"),
    ],
)
def test_a_mistake_in_a_suite_is_named_with_its_file(
    tmp_path: Path, declared: dict[str, Any], words: str
) -> None:
    path = tmp_path / "_dim_x__checks.yml"
    path.write_text(yaml.safe_dump(declared))
    with pytest.raises(SettingsInvalid, match=words) as invalid:
        read_suite(path, table="core.dim_x")
    assert "_dim_x__checks.yml" in str(invalid.value)


def test_a_suite_without_its_model_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "core"
    folder.mkdir(parents=True)
    (folder / "_dim_x__checks.yml").write_text("key: x_key")
    with pytest.raises(SettingsInvalid, match=r"expected dim_x\.sql beside it"):
        read_suites(tmp_path)
    (folder / "dim_x.sql").touch()
    assert [suite.table for suite in read_suites(tmp_path)] == ["core.dim_x"]


WITHOUT_A_SUITE = {
    "core.dim_past_dates", "performance.dim_alert_rules", "performance.dim_benchmarks",
    "performance.fct_load_rows",
}  # fmt: skip
"""Calendars, seeds as they are, and the loads themselves."""


def test_every_other_mart_has_a_suite() -> None:
    areas = ("core", "activity", "funnel", "customer", "performance")
    marts = {f"{area}.{p.stem}" for area in areas for p in (ROOT / "models" / area).glob("*.sql")}
    assert marts - {suite.table for suite in read_suites()} == WITHOUT_A_SUITE
