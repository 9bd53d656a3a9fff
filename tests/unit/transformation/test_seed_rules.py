"""Rules of seeds, read from dbt's manifest: types and the tests attached to each seed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from orchestration.transformation.seed_rules import SeedRules, read_rules

STAGES = {
    "resource_type": "seed",
    "unique_id": "seed.embudo.stages",
    "name": "stages",
    "original_file_path": "seeds/stages.csv",
    "config": {"column_types": {"stage": "varchar", "probability": "decimal(9,6)"}},
}
TARGETS = {
    **STAGES, "unique_id": "seed.embudo.targets", "name": "targets", "config": {},
    "original_file_path": "seeds/targets.csv",
}  # fmt: skip


def on(seed: dict[str, Any], name: str, column: str | None = None, **kwargs: Any) -> dict[str, Any]:
    return {
        "resource_type": "test",
        "attached_node": seed["unique_id"],
        "column_name": column,
        "test_metadata": {"name": name, "kwargs": kwargs},
    }


def test_rules_are_those_of_the_tests_on_the_seed() -> None:
    nodes = [
        TARGETS,
        STAGES,
        on(STAGES, "has_no_nulls", columns=["stage"]),
        on(STAGES, "is_unique_together", columns=["lower(stage)", "pipeline"]),
        on(STAGES, "accepted_values", "kind", values=["open", 1]),
        on(STAGES, "is_not_negative", "probability"),
        on(STAGES, "is_positive", "position"),
        on(STAGES, "relationships", "pipeline", to="x"),
        on(TARGETS, "is_key", "target_id"),
        {"resource_type": "test", "attached_node": STAGES["unique_id"], "test_metadata": None},
    ]
    manifest = {"nodes": {str(n): node for n, node in enumerate(nodes)}}
    stages, targets = read_rules(manifest, Path("/project"))
    assert stages == SeedRules(
        name="stages",
        path=Path("/project/seeds/stages.csv"),
        types={"stage": "varchar", "probability": "decimal(9,6)"},
        required=frozenset({"stage"}),
        keys=(("lower(stage)", "pipeline"),),
        allowed={"kind": ("open", "1")},
        least={"probability": "not_negative", "position": "positive"},
    )
    assert (targets.name, targets.types, targets.keys) == ("targets", {}, (("target_id",),))
    assert targets.required == {"target_id"}
