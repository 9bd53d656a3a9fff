"""How the nodes of a build ended, read back by a later step."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.core.errors import BuildFailed
from orchestration.transformation.dbt_runner import NodeResult
from orchestration.transformation.node_results import (
    NODE_RESULTS,
    read_node_results,
    write_node_results,
)


def test_results_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    nodes = (
        NodeResult("model.embudo.fct_deals", "success", 1.5),
        NodeResult("test.embudo.t.1a2b", "fail", 0.1, message="3 rows", failures=3),
    )
    write_node_results(tmp_path, nodes)
    assert read_node_results(tmp_path) == nodes


@pytest.mark.parametrize("text", [None, "{", '[{"name": "x"}]'])
def test_results_that_cannot_be_read_name_the_file(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / NODE_RESULTS).write_text(text)
    with pytest.raises(BuildFailed, match=r"node_results\.json .*Run `embudo refresh` again"):
        read_node_results(tmp_path)
