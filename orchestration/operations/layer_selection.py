"""Which semantic layer answers: that of the current release, of an older one, or of the working tree.

What a layer answers belongs to `semantic_layer`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration import publication
from orchestration.core.errors import ReleaseCorrupt
from orchestration.settings import Home

if TYPE_CHECKING:
    from orchestration.transformation.project import Project
    from semantic_layer.layer import SemanticLayer


@dataclass(frozen=True, kw_only=True)
class SelectedLayer:
    """A layer; `unreleased` names the wanted metrics for whose sake it is the working tree's, not the release's."""

    layer: SemanticLayer
    unreleased: tuple[str, ...] = ()


def released_layer(home: Path, release: str | None = None) -> SemanticLayer:
    """The semantic layer of a release, None for the current one; raises `ReleaseCorrupt` where there is none."""
    from semantic_layer.layer import SemanticLayer

    directory = publication.release_directory(Home.at(home), release)
    try:
        return SemanticLayer.open(directory)
    except ReleaseCorrupt:
        # With one release kept, a refresh may publish and prune after the directory was resolved.
        now = publication.release_directory(Home.at(home), release)
        if now == directory:
            raise
        return SemanticLayer.open(now)


def select_layer(
    wanted: tuple[str, ...], *, home: Path, config: Path, release: str | None, draft: bool
) -> SelectedLayer:
    """The release's layer; the working tree's where `draft`, or where only it knows all `wanted` metrics."""
    if draft:
        return SelectedLayer(layer=working_tree_layer(open_project(config=config, home=home)))
    layer = released_layer(home, release)
    known = {metric.name for metric in layer.metrics()}
    missing = tuple(name for name in wanted if name not in known)
    if missing and release is None and config.exists():
        from orchestration.refresh.release_state import released_state

        project = open_project(config=config, home=home)
        released = released_state(project.workspace.home)
        if released is not None and released.models == project.state.models:
            return SelectedLayer(layer=layer)  # no definition was edited: the name is mistyped
        tree = working_tree_layer(project)
        defined = {metric.name for metric in tree.metrics()}
        if all(name in defined for name in missing):
            return SelectedLayer(layer=tree, unreleased=missing)
    return SelectedLayer(layer=layer)


def open_project(*, config: Path, home: Path) -> Project:
    """The dbt project of the working tree, with the settings in `config`."""
    from orchestration.settings.workspace import Workspace
    from orchestration.transformation.project import Project

    return Project(Workspace.open(config=config, home=home, inbox=None))


def working_tree_layer(project: Project) -> SemanticLayer:
    """The working tree's definitions on the current release's tables."""
    from orchestration.refresh.metric_definitions import draft_layer

    return draft_layer(project, publication.release_directory(project.workspace.home))
