"""Edits of the working tree that decide rows, and the models that read a var of the dbt project."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orchestration.operations.edits import edits_since, models_reading
from orchestration.publication.layout import MANIFEST
from orchestration.refresh.release_state import BUILD_STATE
from orchestration.settings import Home
from orchestration.settings.project import BuildState
from tests.unit.refresh.factories import STATE, make_project


def node(name: str, sql: str, *macros: str, kind: str = "model") -> dict[str, Any]:
    return {
        "name": name,
        "resource_type": kind,
        "raw_code": sql,
        "depends_on": {"macros": list(macros)},
    }


def macro(sql: str, *macros: str) -> dict[str, Any]:
    return {"macro_sql": sql, "depends_on": {"macros": list(macros)}}


MACROS_AND_MODELS = {
    "macros": {
        "limit": macro("{{ var('talk_seconds') }}"),
        "outer": macro("{{ limit() }}", "limit"),
        "other": macro("{{ var('talk_seconds_of_agents') }}"),
    },
    "nodes": {
        "1": node("reads_it", 'where seconds >= {{ var("talk_seconds") }}'),
        "2": node("calls_a_macro", "where {{ outer() }}", "outer"),
        "3": node("reads_another", "{{ var( 'talk_seconds_of_agents' ) }}", "other"),
        "4": node("a_test", "{{ var('talk_seconds') }}", kind="test"),
        "5": node("names_it", "select talk_seconds from calls"),
    },
}


@pytest.mark.parametrize(
    ("variable", "models"),
    [
        ("talk_seconds", ["calls_a_macro", "reads_it"]),
        ("talk_seconds_of_agents", ["reads_another"]),
        ("loyal_share", []),
    ],
)
def test_models_that_read_a_var_themselves_or_by_a_macro(variable: str, models: list[str]) -> None:
    assert models_reading(MACROS_AND_MODELS, variable) == models


def parsed(checksum: str, *, macro_sql: str = "1", column: str = "integer") -> dict[str, Any]:
    """As much of dbt's manifest as decides rows."""
    model = {
        "name": "fct_deals",
        "checksum": {"checksum": checksum},
        "unrendered_config": {},
        "columns": {"deal_key": {"data_type": column, "description": "Ignored."}},
    }
    of_dbt = {"name": "run_query", "macro_sql": checksum}
    own = {"name": "local_day", "macro_sql": macro_sql}
    return {
        "nodes": {"model.embudo.fct_deals": model},
        "macros": {"macro.embudo.local_day": own, "macro.dbt.run_query": of_dbt},
    }


@pytest.mark.parametrize(
    ("now", "state", "edits"),
    [
        (parsed("a"), STATE, ()),
        (parsed("b"), STATE, ("model fct_deals",)),
        (parsed("a", macro_sql="2"), STATE, ("macro local_day",)),
        (parsed("a", column="bigint"), STATE, ("model fct_deals",)),
        (
            parsed("a"),
            replace(STATE, seeds={"stages": "2", "new": "1"}),
            ("seed new", "seed stages"),
        ),
        (parsed("a"), replace(STATE, variables={"talk_seconds": "45"}), ("var talk_seconds",)),
        (parsed("a"), replace(STATE, settings="others"), ("settings",)),
        (parsed("a"), replace(STATE, variables={"revenue_from": "1"}), ()),
    ],
)
def test_what_is_not_as_the_release_was_built_from(
    tmp_path: Path, now: dict[str, Any], state: BuildState, edits: tuple[str, ...]
) -> None:
    """A var that settings set is among the settings, and dbt's own macros are no edits."""
    (tmp_path / MANIFEST).write_text(json.dumps(parsed("a")))
    (tmp_path / BUILD_STATE).write_text(STATE.to_json())
    project = make_project(Home.at(tmp_path / "home"), state)
    object.__setattr__(project, "manifest", now)
    assert edits_since(project, tmp_path) == edits
