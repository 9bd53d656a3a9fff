"""Rows, bytes, seconds and memory of each load, seed and model of a run, for the release's `quality.assets`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from orchestration.core.records import AssetFacts, LandingResult
from orchestration.transformation.dbt_runner import NodeResult


def asset_facts(
    landed: LandingResult,
    nodes: Iterable[NodeResult],
    *,
    rows: Mapping[str, int],
    peaks: Mapping[str, int],
) -> list[AssetFacts]:
    """One record per load, seed and model; those that failed are left out.

    `rows` is table to its rows, `peaks` a node's unique id to the process's peak memory, in bytes, when it ended.
    """
    loads = [
        AssetFacts(
            asset=f"{load.source}.{load.stream}", kind="load", seconds=None, rows=load.rows_landed,
            size_bytes=load.size_bytes, peak_memory_bytes=None,
        )
        for load in landed.loads
    ]  # fmt: skip
    built = [
        AssetFacts(
            asset=node.name, kind=node.kind, seconds=node.seconds, rows=rows.get(node.name),
            size_bytes=None, peak_memory_bytes=peaks.get(node.unique_id),
        )
        for node in nodes
        if node.kind in ("model", "seed") and node.status == "success"
    ]  # fmt: skip
    return loads + built
