"""The marts of a candidate: what dbt's manifest calls them and how SQL does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestration.quality.databases import identifier


def marts_of(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """`schema.table` of every mart that dbt builds."""
    return tuple(
        sorted(
            f"{node['schema']}.{node.get('alias') or node['name']}"
            for node in manifest["nodes"].values()
            if node["resource_type"] == "model" and node["database"] == "marts"
        )
    )


def table_of(mart: str) -> str:
    """The table of `schema.table`, by which results name it."""
    return mart.split(".")[1]


def relation_of(mart: str) -> str:
    """`schema.table` quoted for SQL, in the attached marts database."""
    return "marts." + ".".join(identifier(part) for part in mart.split("."))
