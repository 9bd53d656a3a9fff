"""What each load, seed and model of a run took, as facts for the release's `quality.assets`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from orchestration.core.records import AssetFacts, LandingResult
from orchestration.transformation.dbt_runner import NodeResult


def facts_of(
    landed: LandingResult,
    nodes: Iterable[NodeResult],
    *,
    rows: Mapping[str, int],
    peaks: Mapping[str, int],
) -> list[AssetFacts]:
    """Rows, bytes, seconds and the process's peak memory in bytes.

    `rows` is model to its rows, `peaks` a node's unique id to the peak when it ended. What failed is left out.
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
