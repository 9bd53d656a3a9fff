"""The walls between the rooms (ARCHITECTURE, "The house"): which may use which, held by reading imports."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("ingestion", "transformation", "quality", "publication")


def imported(path: Path) -> set[str]:
    """Every module that a file imports, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def crossings(folder: Path, forbidden: tuple[str, ...]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted(folder.rglob("*.py"))
        for name in sorted(imported(path))
        if any(name == wall or name.startswith(f"{wall}.") for wall in forbidden)
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_do_not_import_one_another(room: str) -> None:
    others = tuple(f"orchestration.{other}" for other in ROOMS if other != room)
    assembly = (
        "orchestration.definitions",
        "orchestration.cli",
        "orchestration.refresh.run",
        "orchestration.assets",
    )
    beyond = (*others, *assembly, "semantic_layer", "scorecards", "sandbox")
    assert crossings(ROOT / "orchestration" / room, beyond) == []


def test_the_semantic_layer_knows_releases_and_never_sources() -> None:
    forbidden = (
        *(f"orchestration.{room}" for room in ROOMS),
        "orchestration.settings",
        "orchestration.refresh.run",
        "orchestration.cli",
        "orchestration.assets",
        "orchestration.definitions",
        "sandbox",
        "scorecards",
        "dagster",
    )
    assert crossings(ROOT / "semantic_layer", forbidden) == []


def test_scorecards_talk_to_the_semantic_layer_alone() -> None:
    assert crossings(ROOT / "scorecards", ("orchestration.ingestion", "sandbox", "dagster")) == []


def test_nothing_imports_what_assembles() -> None:
    assembling = ("orchestration.definitions", "orchestration.cli")
    outside = [
        crossing
        for folder in ("orchestration", "semantic_layer", "scorecards", "sandbox")
        for crossing in crossings(ROOT / folder, assembling)
        if not crossing.startswith("orchestration/cli/")
    ]
    assert outside == []


def test_models_know_nothing_of_python() -> None:
    assert list((ROOT / "models").rglob("*.py")) == []


def test_metricflow_is_touched_by_the_engine_alone() -> None:
    users = {
        str(path.relative_to(ROOT))
        for folder in ("orchestration", "semantic_layer", "scorecards")
        for path in (ROOT / folder).rglob("*.py")
        if any(name.split(".")[0].startswith("metricflow") for name in imported(path))
    }
    assert users == {"semantic_layer/engine.py", "semantic_layer/multi_hop_joins.py"}
    importers = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "semantic_layer").rglob("*.py")
        if "semantic_layer.multi_hop_joins" in imported(path)
    }
    assert importers == {"semantic_layer/engine.py"}
