"""Which layer answers: the release's, or the working tree's where only that knows a metric."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from orchestration import publication
from orchestration.core.errors import ReleaseCorrupt
from orchestration.operations import layer_selection
from orchestration.operations.layer_selection import released_layer, select_layer
from orchestration.refresh import release_state
from orchestration.settings import Home, Settings
from orchestration.settings.workspace import Workspace
from semantic_layer.layer import SemanticLayer


@dataclass(frozen=True)
class Named:
    """A metric by its name, or a layer by its metrics."""

    name: str = ""
    known: tuple[str, ...] = ()

    def metrics(self) -> tuple[Named, ...]:
        return tuple(Named(name) for name in self.known)


@dataclass(frozen=True)
class State:
    models: str


RELEASED, TREE = Named(known=("revenue",)), Named(known=("revenue", "margin"))


@dataclass(frozen=True)
class Tree:
    """A dbt project; by default its models differ from the release's."""

    workspace: Workspace
    state: State = State("edited")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings that exist, for an edited working tree."""
    monkeypatch.setattr(layer_selection, "released_layer", lambda home, release=None: RELEASED)
    monkeypatch.setattr(release_state, "released_state", lambda _: State("released"))
    monkeypatch.setattr(layer_selection, "working_tree_layer", lambda _: TREE)
    path = tmp_path / "embudo.yml"
    workspace = Workspace(settings=Settings(config_file=path), home=Home.at(tmp_path))
    monkeypatch.setattr(layer_selection, "open_project", lambda **_: Tree(workspace))
    path.touch()
    return path


def select(config: Path, *wanted: str, release: str | None = None, draft: bool = False) -> Any:
    selected = select_layer(wanted, home=config.parent, config=config, release=release, draft=draft)
    return selected.layer, selected.unreleased


def test_the_release_answers_what_it_knows(config: Path) -> None:
    assert select(config, "revenue") == (RELEASED, ())
    assert select(config, "revenue", draft=True) == (TREE, ())


def test_a_metric_that_only_the_tree_knows_is_answered_by_it(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert select(config, "revenue", "margin") == (TREE, ("margin",))
    assert select(config, "margn") == (RELEASED, ()), "mistyped: the release names the nearest"
    assert select(config, "margin", release="r1") == (RELEASED, ()), "a release was named"
    unedited = Tree(
        Workspace(Settings(config_file=config), Home.at(config.parent)), State("released")
    )
    monkeypatch.setattr(layer_selection, "open_project", lambda **_: unedited)
    assert select(config, "margin") == (RELEASED, ()), "no definition was edited"


def test_a_release_pruned_while_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one release kept, a refresh may publish and prune in between: the new one answers."""
    current = iter((Path("r1"), Path("r2")))
    monkeypatch.setattr(publication, "release_directory", lambda home, name: next(current))

    def opened(directory: Path) -> Path:
        if directory.name == "r1":
            raise ReleaseCorrupt("r1 is missing")
        return directory

    monkeypatch.setattr(SemanticLayer, "open", opened)
    answered: Any = released_layer(tmp_path)
    assert answered == Path("r2")


def test_a_release_that_stays_corrupt_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "release_directory", lambda home, name: Path("r1"))

    def opened(directory: Path) -> Path:
        raise ReleaseCorrupt("r1 is corrupt")

    monkeypatch.setattr(SemanticLayer, "open", opened)
    with pytest.raises(ReleaseCorrupt, match="r1 is corrupt"):
        released_layer(tmp_path)
