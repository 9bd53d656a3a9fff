"""Results of dbt commands, and parsed projects that are only used where they are intact."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from orchestration.transformation.dbt_runner import BuildResult, NodeResult, is_intact

PARSED = ("partial_parse.msgpack", "manifest.json", "semantic_manifest.json")


def test_a_parsed_project_is_intact_while_its_checksums_match(tmp_path: Path) -> None:
    assert not is_intact(tmp_path)
    for name in PARSED:
        (tmp_path / name).write_bytes(name.encode())
    assert not is_intact(tmp_path), "the parse was cut short before its checksums"
    sums = {name: hashlib.sha256(name.encode()).hexdigest() for name in PARSED}
    (tmp_path / "checksums.json").write_text(json.dumps(sums))
    assert is_intact(tmp_path)
    (tmp_path / "manifest.json").write_bytes(b"{}")
    assert not is_intact(tmp_path)


def test_results_of_two_commands_are_one() -> None:
    first = BuildResult((NodeResult("model.embudo.fct_deals", "success", 1.0),))
    second = BuildResult(
        (
            NodeResult("test.embudo.is_key", "error", 0.1),
            NodeResult("test.embudo.is_positive", "skipped", 0.0),
        )
    )
    both = first + second
    assert [node.name for node in both.nodes] == ["fct_deals", "is_key", "is_positive"]
    assert both.count("test") == 1, "a skipped node did not run"
    assert [node.name for node in both.broken] == ["is_key"]
