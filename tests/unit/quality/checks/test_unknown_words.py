"""Gate 3: words of open vocabularies that nobody knows are reported with their counts."""

from __future__ import annotations

from pathlib import Path

from orchestration.core.records import CheckResult
from orchestration.quality.registry import registered
from orchestration.quality.subjects import Definitions
from tests.unit.quality.checks.test_unmatched_references import landing, make_landing
from tests.unit.quality.factories import gate_input, results

CHECK = "words.<stream>.<column>"
SEEDS = """
    create table seeds.activity_outcomes as select unnest(['held', 'no_show', 'cancelled']) as outcome;
    create table seeds.channels as select unnest(['email', 'web']) as channel
"""


def warned(directory: Path, *rows: str) -> dict[str, CheckResult]:
    make_landing(directory, SEEDS, *rows)
    checks = results(CHECK, gate_input(directory))
    assert not [result for result in checks if not result.ran]
    return {result.title: result for result in checks if result.outcome != "pass"}


def activities(*outcomes: str | None, seq: int = 1) -> str:
    ids = [f"a{number}" for number in range(len(outcomes))]
    return landing("activities", {"activity_id": ids, "outcome": list(outcomes)}, seq=seq)


def test_words_in_another_spelling_are_known(tmp_path: Path) -> None:
    assert warned(tmp_path, activities("Held", "No show", "NO-SHOW", " héld ", None, "  ")) == {}


def test_unknown_words_are_named_with_their_counts(tmp_path: Path) -> None:
    [(title, check)] = warned(
        tmp_path, activities("held", "Fine", "Fine", "Canceled", None)
    ).items()
    assert title == "words.activities.outcome on crm.activities"
    assert check.outcome == "warn"
    assert check.failures == 3
    assert check.observed == (
        "3 of 4 rows (75.0%) have unknown words in outcome: 'Fine' (2), 'Canceled' (1, nearest: cancelled)"
    )
    assert "seeds/activity_outcomes.csv" in check.remedy
    assert check.expected == "one of cancelled, held, no_show"


def test_the_version_that_counts_is_examined(tmp_path: Path) -> None:
    assert warned(tmp_path, activities("Fine"), activities("held", seq=2)) == {}


def test_words_of_the_contract_are_known(tmp_path: Path) -> None:
    rows = landing("activities", {"activity_id": ["1", "2"], "direction": ["inbound", "sideways"]})
    [check] = warned(tmp_path, rows).values()
    assert "'sideways' (1)" in check.observed
    assert check.expected == "one of inbound, outbound"


def test_own_words_are_reported_in_several_spellings_only(tmp_path: Path) -> None:
    reasons = ["Price", "price", "PRICE", "No budget", "Timing"]
    rows = landing("deals", {"deal_id": list("abcde"), "lost_reason": list(reasons)})
    [(title, check)] = warned(tmp_path, rows).items()
    assert title == "words.deals.lost_reason on crm.deals"
    assert check.failures == 3
    for spelling in ("'PRICE' (1)", "'Price' (1)", "'price' (1)"):
        assert spelling in check.observed
    assert "budget" not in check.observed
    assert "`map`" in check.remedy


def test_contact_data_and_long_texts_are_not_shown(tmp_path: Path) -> None:
    rows = activities("wrote to ana@example.com", "x" * 90)
    [check] = warned(tmp_path, rows).values()
    assert "example.com" not in check.observed
    assert "x" * 41 not in check.observed


def test_every_open_vocabulary_has_a_result(tmp_path: Path) -> None:
    make_landing(tmp_path, SEEDS)
    names = registered(CHECK).names_in(Definitions(manifest={}))
    assert {result.name for result in results(CHECK, gate_input(tmp_path))} == set(names)
    assert {"words.activities.outcome", "words.leads.channel", "words.deals.lost_reason"} <= set(
        names
    )
