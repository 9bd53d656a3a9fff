"""Names as dbt's Semantic Layer clients write them, and as a `QueryRequest` takes them."""

from __future__ import annotations

from semantic_layer.records import QUERY_GRAINS


def group_by_name(name: str, grain: str | None = None) -> str:
    """`metric_time` by `MONTH` as `metric_time__month`; a name that ends in its grain stays."""
    name = name.lower()
    if not grain:
        return name
    ending = f"__{grain.lower()}"
    return name if name.endswith(ending) else f"{name}{ending}"


def order_name(name: str, *, grain: str | None = None, descending: bool = False) -> str:
    """A column to sort by, `-` before it for descending."""
    column = group_by_name(name, grain)
    return f"-{column}" if descending else column


def split_grain(name: str) -> tuple[str, str | None]:
    """`metric_time__month` as `metric_time` and `month`; a name without a grain has none."""
    base, _, grain = name.rpartition("__")
    return (base, grain) if base and grain in QUERY_GRAINS else (name, None)
