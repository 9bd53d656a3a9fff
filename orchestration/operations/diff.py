"""`embudo diff`: two releases, or the working tree and the current release, compared.

Opens both sides, builds the edited models in a scratch copy where that is wanted, and collects the differences
of rows, definitions and figures. How they are shown belongs to the command line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration import publication
from orchestration.core.records import ReleaseWarning, Reporter
from orchestration.core.resource_limits import memory_limit
from orchestration.operations.edits import edits_since, models_reading
from orchestration.operations.table_changes import TableChange, table_changes
from orchestration.privacy.public_texts import mask_marts
from orchestration.publication.layout import MANIFEST
from orchestration.quality.marts import marts_of
from orchestration.refresh.metric_definitions import draft_layer
from orchestration.transformation.project import Project

if TYPE_CHECKING:
    from orchestration.publication import Candidate
    from orchestration.settings import Home
    from orchestration.transformation.dbt_runner import NodeResult
    from semantic_layer.comparison import Comparison
    from semantic_layer.layer import SemanticLayer
    from semantic_layer.records import Metric

WORKING_TREE = "working tree"
_TESTS = ("resource_type:test", "resource_type:unit_test")


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What to compare; empty for everything. `since` is the first month, `by` a dimension to split by."""

    metrics: tuple[str, ...] = ()
    since: date | None = None
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What two states differ in. `unbuilt` names edits that only a rebuild would show; `warnings` is release to those
    that concern the metrics that move or were selected.
    """

    old: str
    new: str
    tables: tuple[TableChange, ...]
    metrics: Comparison
    built: tuple[str, ...] = ()
    unbuilt: tuple[str, ...] = ()
    currency: str = ""
    catalogue: Mapping[str, Metric] = field(default_factory=dict)
    warnings: Mapping[str, tuple[ReleaseWarning, ...]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs and nothing was left out."""
        metrics = self.metrics
        return not (
            self.tables or metrics.definitions or metrics.moves or metrics.failures or self.unbuilt
        )


def between_releases(
    home: Home, old: str | None, new: str | None, selection: Selection
) -> Difference:
    """Two releases by id, None for the current one; raises `ReleaseCorrupt` for a missing one."""
    from semantic_layer.layer import SemanticLayer

    before, after = (publication.release_directory(home, name) for name in (old, new))
    marts = {*_marts(before), *_marts(after)}
    changes = table_changes(before, after, marts=marts)
    with SemanticLayer.open(before) as left, SemanticLayer.open(after) as right:
        return _difference(
            left,
            right,
            selection,
            tables=changes,
            names=(before.name, after.name),
            everything=not selection.by,
        )


def of_working_tree(
    project: Project, selection: Selection, *, rebuild: bool, report: Reporter
) -> Difference:
    """The working tree against the current release; nothing is published.

    Without `rebuild` the working tree's definitions are evaluated on the release's own tables. With it, models and
    seeds that differ from the release's, and all that read them, are built in a scratch copy from what that
    release had landed. Raises `BuildFailed` where a model does not build.
    """
    from semantic_layer.layer import SemanticLayer

    release = publication.release_directory(project.workspace.home)
    edits = edits_since(project, release)
    with ExitStack() as open_:
        folder = release
        tables: tuple[TableChange, ...] = ()
        built: tuple[str, ...] = ()
        if rebuild and edits:
            scratch = open_.enter_context(publication.scratch_copy(project.workspace.home))
            built = _rebuild(project, scratch, release, edits, report)
            report.step("Compare")
            folder, edits = scratch.directory, tuple(e for e in edits if e == "settings")
            marts = {*_marts(release), *marts_of(project.manifest)}
            tables = table_changes(release, folder, marts=marts)
        left = open_.enter_context(SemanticLayer.open(release))
        right = open_.enter_context(draft_layer(project, folder))
        return _difference(
            left, right, selection, tables=tables, names=(release.name, WORKING_TREE),
            built=built, unbuilt=edits,
        )  # fmt: skip


def _difference(
    left: SemanticLayer,
    right: SemanticLayer,
    selection: Selection,
    *,
    tables: tuple[TableChange, ...],
    names: tuple[str, str],
    everything: bool = False,
    built: tuple[str, ...] = (),
    unbuilt: tuple[str, ...] = (),
) -> Difference:
    from semantic_layer.comparison import compare

    compared = compare(
        left, right, metrics=selection.metrics, since=selection.since, by=selection.by,
        changed_tables=None if everything else {change.table for change in tables},
    )  # fmt: skip
    return Difference(
        old=names[0],
        new=names[1],
        tables=tables,
        metrics=compared,
        built=built,
        unbuilt=unbuilt,
        currency=right.currency,
        catalogue={metric.name: metric for metric in (*left.metrics(), *right.metrics())},
        warnings=_warnings(
            (left, right),
            selection.metrics or tuple(dict.fromkeys(move.metric for move in compared.moves)),
        ),
    )


def _warnings(
    layers: Sequence[SemanticLayer], metrics: Sequence[str]
) -> dict[str, tuple[ReleaseWarning, ...]]:
    """Release to the warnings that concern these metrics, where it has any; a draft is no release."""
    if not metrics:
        return {}
    trusts = [layer.trust(metrics) for layer in layers]
    return {
        trust.release_id: trust.warnings for trust in trusts if trust.warnings and not trust.draft
    }


def _rebuild(
    project: Project,
    scratch: Candidate,
    release: Path,
    edits: tuple[str, ...],
    report: Reporter,
) -> tuple[str, ...]:
    """Build what differs from the release, and what reads it; the names of what was built.

    All history: an incremental model whose SQL changed would otherwise keep its old rows.
    """
    report.step("Build what changed")
    dbt = project.dbt(warehouse=scratch.warehouse, marts=scratch.marts, artifacts=scratch.artifacts)
    done: list[str] = []

    def count(node: NodeResult) -> None:
        done.append(node.name)
        report.detail(f"{len(done)} done, last {node.name}")

    built = dbt.build(
        # The parsed project is kept when only rows of a seed change, so dbt does not see those; nor does it
        # compare vars.
        select=(
            "state:modified+",
            *(f"{edit.removeprefix('seed ')}+" for edit in edits if edit.startswith("seed ")),
            *(
                f"{model}+"
                for edit in edits
                if edit.startswith("var ")
                for model in models_reading(project.manifest, edit.removeprefix("var "))
            ),
        ),
        exclude=_TESTS,
        full_refresh=True,
        state=release,
        on_node=count,
    )
    mask_marts(scratch.warehouse, scratch.marts, memory_limit=memory_limit())
    names = tuple(node.name for node in built.nodes if node.status == "success")
    report.detail(f"{len(names)} models and seeds, in a scratch copy")
    return names


def _marts(release: Path) -> tuple[str, ...]:
    return marts_of(json.loads((release / MANIFEST).read_text(encoding="utf-8")))
