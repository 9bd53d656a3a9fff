"""Gate 3: targets that came since the last release, read from landed ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.core.records import CheckResult
from orchestration.quality.checks.stream_agreement import AGREEMENTS_FILE
from orchestration.quality.kept_shares import KeptShares
from tests.unit.quality.checks.test_content_duplicates import rows
from tests.unit.quality.checks.test_unmatched_references import make_landing
from tests.unit.quality.factories import gate_input, results

pytestmark = pytest.mark.slow

AS_OF = "alter table landing.settings add column as_of_on date default '2026-06-30'"


def targets(first: str, *, months: int, seq: int, factor: int = 1) -> str:
    return rows(
        "targets",
        "metric = 'revenue'; scope = 'region'; scope_key = 'North'; period_grain = 'month'; "
        f"period_start = date '{first}' + interval (i - 1) month; target = {factor} * 1000",
        count=months,
        seq=seq,
    )


def check(directory: Path, *statements: str, released: bool = True) -> CheckResult:
    make_landing(directory, AS_OF, *statements, load_seq=2)
    previous = directory / "previous"
    previous.mkdir()
    KeptShares(load_seq=1).write(previous, AGREEMENTS_FILE)
    [result] = results(
        "agree.targets.periods", gate_input(directory, previous=previous if released else None)
    )
    assert result.ran
    return result


HISTORY = targets("2025-01-01", months=17, seq=1)


def test_the_targets_of_the_next_month_pass(tmp_path: Path) -> None:
    assert check(tmp_path, HISTORY, targets("2026-06-01", months=1, seq=2)).outcome == "pass"


def test_last_years_targets_again_stop(tmp_path: Path) -> None:
    result = check(tmp_path, HISTORY, targets("2025-06-01", months=1, seq=2))
    assert result.outcome == "fail"
    assert "are of 2025-06, and 2026-06 has none" in result.observed
    assert result.sample_keys == ("North",)


def test_targets_twice_as_high_warn_and_a_hundredfold_stop(tmp_path: Path) -> None:
    twice = check(tmp_path / "2", HISTORY, targets("2026-06-01", months=1, seq=2, factor=2))
    assert twice.outcome == "warn"
    hundred = check(tmp_path / "100", HISTORY, targets("2026-06-01", months=1, seq=2, factor=100))
    assert hundred.outcome == "fail"


def test_a_first_release_is_not_judged(tmp_path: Path) -> None:
    assert check(tmp_path, HISTORY, released=False).outcome == "pass"
