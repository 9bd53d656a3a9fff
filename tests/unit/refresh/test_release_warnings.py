"""What a release keeps of warnings: the streams and models that each check is about."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from orchestration.core.records import CheckResult
from orchestration.quality.gate import required_checks
from orchestration.quality.metric_values import MetricMeta
from orchestration.quality.suites import MartSuite, read_suites
from orchestration.refresh.release_warnings import CheckScopes, release_warnings
from tests.conftest import ROOT
from tests.unit.refresh.factories import make_check

SOURCES = {"crm": ("deals", "users"), "calls": ("calls",)}

PARENTS = {
    "model.embudo.stg_deals": ["source.embudo.files.deals"],
    "model.embudo.stg_users": ["source.embudo.files.users"],
    "model.embudo.fct_deals": ["model.embudo.stg_deals", "model.embudo.stg_users"],
    "model.embudo.fct_deal_steps": ["model.embudo.stg_deals", "model.embudo.stg_users"],
    "model.embudo.dim_reps": ["model.embudo.stg_users"],
    "semantic_model.embudo.steps": ["model.embudo.fct_deal_steps"],
    "metric.embudo.calls": ["semantic_model.embudo.steps"],
}

SUITES = (
    MartSuite(table="core.dim_reps", key="rep_key", rows_when={"users": "true"}),
    MartSuite(table="funnel.fct_deals", key="deal_key", rows_when={"deals": "true"}),
    MartSuite(table="funnel.fct_deal_steps", key="deal_step_key"),
)


def node(key: str, **fields: Any) -> dict[str, Any]:
    kind, _, name = key.split(".")
    return {"name": name, "resource_type": kind, "database": "marts", "schema": "funnel", **fields}


MANIFEST: dict[str, Any] = {
    "parent_map": PARENTS,
    "nodes": {
        **{key: node(key) for key in PARENTS if key.startswith("model.")},
        "test.embudo.keys_of_deals.1": node(
            "test.embudo.keys_of_deals",
            attached_node="model.embudo.fct_deals",
            depends_on={"nodes": ["model.embudo.dim_reps", "model.embudo.fct_deals"]},
        ),
        "test.embudo.steps_and_deals.2": node(
            "test.embudo.steps_and_deals",
            depends_on={"nodes": ["model.embudo.fct_deals", "model.embudo.stg_users"]},
        ),
    },
    "metrics": {"metric.embudo.calls": {"name": "calls"}},
    "sources": {
        f"source.embudo.files.{name}": {"source_name": "files", "name": name}
        for name in ("deals", "users")
    },
}


@pytest.mark.parametrize(
    ("check", "subject", "streams", "models"),
    [
        ("loads.volume", "crm.deals", ("crm.deals",), ()),
        ("loads.freshness", "crm", ("crm.deals", "crm.users"), ()),
        ("loads.freshness", "calls", ("calls.calls",), ()),
        ("gaps.deals", "deals", ("deals",), ()),
        ("agree.invoices.orders", "erp.invoices", ("erp.invoices", "erp.orders"), ()),
        ("agree.targets.periods", "targets", ("targets",), ()),
        ("dbt.keys_of_deals", "fct_deals", ("deals",), ("fct_deals",)),
        ("dbt.steps_and_deals", "fct_deals", ("deals", "users"), ("fct_deals", "stg_users")),
        ("profile.funnel.fct_deal_steps", "fct_deal_steps", ("deals",), ("fct_deal_steps",)),
        ("rows.core.dim_reps", "dim_reps", ("users",), ("dim_reps",)),
        ("marts.staging.stg_users.key", "stg_users", ("users",), ("stg_users",)),
        ("metric.calls", "calls", ("deals",), ("fct_deal_steps",)),
        ("reconcile.metric.calls", "metric_values", ("deals",), ("fct_deal_steps",)),
        ("dbt.models_built", "all models", (), ()),
        ("exceptions.standing", "embudo.yml", (), ("embudo.yml",)),
    ],
)
def test_what_a_check_is_about(
    check: str, subject: str, streams: tuple[str, ...], models: tuple[str, ...]
) -> None:
    """A stream, those of a source or of both sides of a comparison; a model with the streams whose rows it has.
    Users are behind nearly everything, and count where nothing else does.
    """
    scopes = CheckScopes(MANIFEST, sources=SOURCES, suites=SUITES)
    assert scopes.of(check, subject) == (streams, models)


def warned(**fields: Any) -> CheckResult:
    return dataclasses.replace(make_check("loads.volume", "warn", subject="crm.deals"), **fields)


def test_warnings_and_waivers_are_kept_with_what_to_do() -> None:
    checks = (
        make_check("loads.values"),
        warned(observed="3 rows", expected="about 30 rows", remedy="Ask."),
        warned(subject="crm.users", waiver="ana, 2026-06-30 10:00 UTC: holiday"),
    )
    first, second = release_warnings(checks, manifest=MANIFEST, sources=SOURCES)
    assert (first.title, first.observed, first.expected, first.remedy, first.waiver) == (
        "loads.volume on crm.deals", "3 rows", "about 30 rows", "Ask.", "",
    )  # fmt: skip
    assert first.streams == ("crm.deals",)
    assert second.waiver == "ana, 2026-06-30 10:00 UTC: holiday"


def test_what_an_exception_covers_is_kept_as_a_note() -> None:
    covered = warned(outcome="pass", exception="until 2027-06-30: many returns")
    in_part = warned(exception="until 2027-06-30: many returns")
    notes = release_warnings((covered, in_part), manifest=MANIFEST, sources=SOURCES)
    assert [(note.outcome, note.exception, note.is_open) for note in notes] == [
        ("pass", "until 2027-06-30: many returns", False),
        ("warn", "until 2027-06-30: many returns", True),
    ]


def test_a_long_finding_is_shortened() -> None:
    (warning,) = release_warnings(
        (warned(observed="word " * 100),), manifest=MANIFEST, sources=SOURCES
    )
    assert len(warning.observed) == 300
    assert warning.observed.endswith("word…")


def test_every_check_of_the_project_is_about_some_stream_or_model() -> None:
    """What names neither would be shown in every answer: only checks of everything may."""
    suites = read_suites()
    names = {path.stem for path in (ROOT / "models").rglob("*.sql")}
    reconciled = {
        reconciliation.name.removeprefix("reconcile.metric.")
        for suite in suites
        for reconciliation in suite.reconciliations
    }
    metrics = {f"metric.embudo.{name}": {"name": name} for name in reconciled}
    manifest = {
        "nodes": {f"model.embudo.{name}": node(f"model.embudo.{name}") for name in names},
        "metrics": metrics,
        "parent_map": {
            "semantic_model.embudo.deals": ["model.embudo.fct_deals"],
            **{key: ["semantic_model.embudo.deals"] for key in metrics},
        },
    }
    scopes = CheckScopes(manifest, sources=SOURCES, suites=suites)
    required = required_checks(manifest, metrics=[MetricMeta.of("orders", {"unit": "count"})])
    assert len(required) > 400
    assert not [name for name, subject in required.items() if subject.startswith("each ")]
    about_all = {name for name, subject in required.items() if scopes.of(name, subject) == ((), ())}
    assert {required[name] for name in about_all} == {
        "all streams",
        "all models",
        "marts and exports",
        "Data Docs and logs",
    }
