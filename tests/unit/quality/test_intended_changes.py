"""What a change on purpose makes incomparable, by lineage; such findings warn, and say why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestration.quality.intended_changes import Affected, IntendedChanges, lightened
from orchestration.quality.outcomes import Cause, Finding, could_not_run
from orchestration.quality.suites import MartSuite

CHANGED = IntendedChanges(
    release_id="R1",
    mappings=frozenset({("crm", "deals"), ("crm", "users")}),
    kept=frozenset({("crm", "users")}),
)
MANIFEST = {
    "parent_map": {
        "source.embudo.landing.deals": [],
        "source.embudo.landing.calls": [],
        "source.embudo.landing.users": [],
        "model.embudo.int_deals": ["source.embudo.landing.deals", "source.embudo.landing.users"],
        "model.embudo.fct_deals": ["model.embudo.int_deals"],
        "model.embudo.fct_calls": ["source.embudo.landing.calls", "source.embudo.landing.users"],
        "semantic_model.embudo.deals": ["model.embudo.fct_deals"],
        "metric.embudo.won_value": ["semantic_model.embudo.deals"],
        "metric.embudo.win_rate": ["metric.embudo.won_value"],
    }
}
SUITES = (
    MartSuite("funnel.fct_deals", "deal_key", {"deals": "true"}),
    MartSuite("activity.fct_calls", "call_key", {"calls": "true"}),
)
DEALS = "the mapping of crm.deals changed since release R1"


def affected(changes: IntendedChanges = CHANGED) -> Affected:
    return Affected(changes, MANIFEST, SUITES)


@pytest.mark.parametrize(
    ("name", "subject", "why"),
    [
        ("restated.deals", "crm.deals", DEALS),
        ("restated.deals", "erp.deals", ""),
        ("restated.calls", "crm.calls", ""),
        ("agree.deal_stage_changes.deals", "crm.deal_stage_changes", DEALS),
        ("profile.funnel.fct_deals", "fct_deals", DEALS),
        ("profile.activity.fct_calls", "fct_calls", ""),  # users only describe its rows
        ("metric.won_value", "won_value", DEALS),
        ("metric.win_rate", "win_rate", DEALS),
        ("metric.unknown", "unknown", ""),
    ],
)
def test_a_mapping_concerns_its_stream_and_the_marts_that_have_its_rows(
    name: str, subject: str, why: str
) -> None:
    assert affected().why(name, subject) == why
    assert Affected(IntendedChanges(), MANIFEST, SUITES).why(name, subject) == ""


def test_the_columns_of_a_mart_are_of_all_streams_behind_it() -> None:
    check = affected(replace(CHANGED, mappings=frozenset({("crm", "users")})))
    assert check.why("rows.activity.fct_calls", "fct_calls", compares="release") == ""
    assert "crm.users" in check.why("profile.activity.fct_calls", "fct_calls", compares="columns")


def test_a_stream_that_left_concerns_all_that_is_built_from_it() -> None:
    check = affected(IntendedChanges("R1", removed=frozenset({("crm", "users")})))
    why = "crm.users left embudo.yml since release R1"
    assert check.why("rows.activity.fct_calls", "fct_calls", compares="release") == why
    assert check.why("metric.win_rate", "win_rate") == why
    assert check.why("restated.calls", "crm.calls", compares="release") == ""


def test_months_of_the_stream_itself_are_comparable_where_all_files_were_read_again() -> None:
    assert affected().why("values.deals", "crm.deals", compares="history") == ""
    assert "crm.users" in affected().why("values.users", "crm.users", compares="history")


def test_a_model_concerns_what_is_built_from_it() -> None:
    changes = IntendedChanges("R1", nodes=frozenset({"model.embudo.int_deals"}))
    assert affected(changes).why("rows.funnel.fct_deals", "fct_deals") == (
        "int_deals changed since release R1"
    )
    assert affected(changes).why("metric.win_rate", "win_rate") != ""
    assert affected(changes).why("rows.activity.fct_calls", "fct_calls") == ""


def test_a_setting_concerns_every_mart() -> None:
    changes = IntendedChanges("R1", settings=("privacy_key", "currency"))
    assert affected(changes).why("profile.activity.fct_calls", "fct_calls") == (
        "the key of hashed addresses changed since release R1"
    )
    assert list(changes.of_settings())[1] == "`currency` changed since release R1"


RESTATED = Finding(
    passed=False, observed="2026-05 has 9 rows", expected="", subject="crm.deals", warn_limit=3
)


def test_a_finding_beside_the_release_warns_and_says_why() -> None:
    light = lightened(RESTATED, affected(), name="restated.deals", compares="release")
    assert light.observed == f"2026-05 has 9 rows; not comparable: {DEALS}"
    assert (light.severity, light.warn_limit) == ("warn", None)


@pytest.mark.parametrize(
    "finding",
    [
        replace(RESTATED, passed=True),
        replace(RESTATED, subject="erp.deals"),
        could_not_run(expected="a table", reason="none", subject="crm.deals"),
    ],
)
def test_others_are_as_they_were(finding: Finding) -> None:
    assert lightened(finding, affected(), name="restated.deals", compares="release") == finding


def test_of_several_causes_those_beside_the_release_warn_and_the_others_stop() -> None:
    month = Cause("a doubled month", "error")
    was = Cause("was 9 in the last release", "error", beside_release=True)
    finding = Finding.of_causes([was, month], expected="", subject="fct_deals")
    light = lightened(finding, affected(), name="history.won", compares="")
    assert light.severity == "error"
    assert light.observed == f"a doubled month; was 9 in the last release; not comparable: {DEALS}"
    only = Finding.of_causes([was], expected="", subject="fct_deals")
    assert lightened(only, affected(), name="history.won", compares="").severity == "warn"
    within = Finding.of_causes([month], expected="", subject="fct_deals")
    assert lightened(within, affected(), name="history.won", compares="") == within
