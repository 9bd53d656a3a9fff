"""How the nodes of a build ended, kept in a file of the candidate for the steps after it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from orchestration.core.errors import BuildFailed
from orchestration.transformation.dbt_runner import NodeResult

NODE_RESULTS = "node_results.json"
"""dbt's own `run_results.json` has its last command only; a build may take two."""


def write_node_results(artifacts: Path, nodes: Sequence[NodeResult]) -> None:
    """Keep the results of all nodes in dbt's target folder."""
    text = json.dumps([asdict(node) for node in nodes])
    (artifacts / NODE_RESULTS).write_text(text, encoding="utf-8")


def read_node_results(artifacts: Path) -> tuple[NodeResult, ...]:
    """The results of all nodes; raises `BuildFailed` where none can be read."""
    path = artifacts / NODE_RESULTS
    try:
        return tuple(NodeResult(**node) for node in json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise BuildFailed(
            f"The results of the build cannot be read: expected {path} ({type(error).__name__}: {error}). "
            "Run `embudo refresh` again."
        ) from error
