"""Which models `embudo diff --rebuild` builds where a var of the dbt project has changed."""

from __future__ import annotations

from typing import Any

import pytest

from orchestration.operations.diff import models_reading


def node(name: str, sql: str, *macros: str, kind: str = "model") -> dict[str, Any]:
    return {
        "name": name,
        "resource_type": kind,
        "raw_code": sql,
        "depends_on": {"macros": list(macros)},
    }


def macro(sql: str, *macros: str) -> dict[str, Any]:
    return {"macro_sql": sql, "depends_on": {"macros": list(macros)}}


MANIFEST = {
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
    assert models_reading(MANIFEST, variable) == models
