"""Marts as dbt's manifest names them and as SQL does."""

from __future__ import annotations

from typing import Any

from orchestration.quality.marts import marts_of, relation_of, table_of


def node(name: str, *, database: str = "marts", kind: str = "model", **more: str) -> dict[str, Any]:
    return {"name": name, "schema": "core", "database": database, "resource_type": kind, **more}


def test_only_public_models_are_marts_each_by_its_alias() -> None:
    nodes = [
        node("dim_reps"),
        node("dim_contacts", alias="contacts"),
        node("int_calls", database="warehouse"),
        node("is_key_dim_reps", kind="test"),
    ]
    manifest = {"nodes": {str(n): model for n, model in enumerate(nodes)}}
    assert marts_of(manifest) == ("core.contacts", "core.dim_reps")


def test_names_for_results_and_for_sql() -> None:
    assert table_of("core.dim_reps") == "dim_reps"
    assert relation_of("core.dim_reps") == 'marts."core"."dim_reps"'
