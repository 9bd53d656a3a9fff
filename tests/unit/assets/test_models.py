"""Marts among dbt's models. That dbt's results become assets and checks is tested end to end."""

from __future__ import annotations

from typing import Any

from orchestration.assets.models import mart_keys


def model(name: str, folder: str, *, kind: str = "model") -> dict[str, Any]:
    return {
        "name": name,
        "resource_type": kind,
        "fqn": ["embudo", folder, name],
        "config": {"schema": folder},
    }


def test_marts_are_the_models_of_the_public_folders() -> None:
    nodes = [
        model("fct_deals", "funnel"),
        model("dim_reps", "core"),
        model("int_calls", "intermediate"),
        model("stg_calls", "staging"),
        model("is_key_dim_reps", "core", kind="test"),
    ]
    keys = mart_keys({"nodes": {str(n): node for n, node in enumerate(nodes)}})
    assert [key.to_user_string() for key in keys] == ["funnel/fct_deals", "core/dim_reps"]
