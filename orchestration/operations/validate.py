"""`embudo validate`: everything that can be known of an edit before a refresh, in seconds.

Nothing here writes a release or a warehouse.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from orchestration.publication import current_directory
from orchestration.refresh.workspace import Workspace
from orchestration.settings import Home, Settings
from orchestration.settings.project import PROJECT_ROOT


@dataclass
class Validation:
    """What was checked, what could not be checked yet, and which metrics are not as released."""

    passed: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


def validate_project(*, config: Path | None, home: Path) -> Validation:
    """Load settings, parse dbt, read seeds, compile every metric, plan its SQL on the current release.

    Without `config` the project is checked with default settings. Raises `SettingsInvalid`,
    `SeedInvalid`, `BuildFailed` or `QueryInvalid` naming what is wrong.
    """
    done = Validation()
    if config is None:
        workspace = Workspace(settings=Settings(config_file=Path("embudo.yml")), home=Home.at(home))
        done.pending.append("no embudo.yml here: checked with default settings")
    else:
        workspace = Workspace.open(config=config, home=home, inbox=None)
        sources = workspace.settings.sources
        streams = sum(len(source.streams) for source in sources.values())
        done.passed.append(f"{config}: {len(sources)} source(s), {streams} stream(s) mapped")
    nodes = workspace.manifest["nodes"].values()
    models = sum(node["resource_type"] == "model" for node in nodes)
    tests = sum(node["resource_type"] == "test" for node in nodes)
    done.passed.append(f"dbt parses: {models} models, {tests} tests")
    seeds = len(list((PROJECT_ROOT / "seeds").glob("*.csv")))
    done.passed.append(f"{seeds} seeds hold, {workspace.check_seeds()} rows")
    _check_metrics(workspace, done)
    return done


def _check_metrics(workspace: Workspace, done: Validation) -> None:
    from semantic_layer.layer import MARTS_FILE, SemanticLayer
    from semantic_layer.validation import compile_all, plan_faults

    compiled = compile_all(workspace.parsed() / "semantic_manifest.json")
    done.passed.append(f"{len(compiled)} metrics compile to SQL")
    done.passed.append(f"{len(workspace.exports())} saved queries become tables")
    release = current_directory(workspace.layout)
    if release is None:
        done.pending.append("no release yet: metrics are planned on its tables after a refresh")
        return
    faults = plan_faults(compiled, release / MARTS_FILE)
    if faults:
        lines = [f"  {name}: {reason}" for name, reason in sorted(faults.items())]
        done.pending.append(
            "these metrics need columns or tables that the current release does not have yet; "
            "`embudo refresh` builds them:\n" + "\n".join(lines)
        )
    else:
        done.passed.append(f"their SQL runs on release {release.name}")
    with SemanticLayer.open(release) as released, workspace.draft_layer() as draft:
        before = {metric.name: metric for metric in released.metrics()}
        done.changed += [m.name for m in draft.metrics() if before.get(m.name) != m]
