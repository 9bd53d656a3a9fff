"""`embudo validate`: everything that can be checked of an edit before a refresh, in seconds.

Nothing here writes a release or a warehouse.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestration import quality
from orchestration.core.errors import SettingsInvalid
from orchestration.privacy.model_keys import check_model_keys, declared_keys
from orchestration.publication import current_directory
from orchestration.refresh.gate_requirements import check_names
from orchestration.refresh.metric_definitions import check_seeds, draft_layer, saved_query_tables
from orchestration.settings import Home, Settings
from orchestration.settings.contract_loading import load_contract
from orchestration.settings.project import PROJECT_ROOT
from orchestration.settings.values import nearest
from orchestration.settings.workspace import Workspace
from orchestration.transformation.project import Project


@dataclass(frozen=True, kw_only=True)
class Validation:
    """What was checked, what cannot be checked yet, and the metrics that differ from the current release."""

    passed: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __add__(self, other: Validation) -> Validation:
        return Validation(
            passed=self.passed + other.passed,
            pending=self.pending + other.pending,
            changed=self.changed + other.changed,
        )


def validate_project(*, config: Path | None, home: Path) -> Validation:
    """Load settings, parse dbt, read seeds, compile every metric, plan its SQL on the current release.

    Without `config` the project is checked with default settings. Raises `SettingsInvalid`,
    `SeedInvalid`, `ContractBroken`, `BuildFailed` or `QueryInvalid` naming what is wrong.
    """
    if config is None:
        workspace = Workspace(settings=Settings(config_file=Path("embudo.yml")), home=Home.at(home))
        settings = Validation(pending=("no embudo.yml here: checked with default settings",))
    else:
        workspace = Workspace.open(config=config, home=home, inbox=None)
        sources = workspace.settings.sources
        streams = sum(len(source.streams) for source in sources.values())
        settings = Validation(
            passed=(f"{config}: {len(sources)} source(s), {streams} stream(s) mapped",)
        )
    project = Project(workspace)
    settings += _check_exceptions(project)
    return settings + _check_project(project) + _check_metrics(project)


def _check_exceptions(project: Project) -> Validation:
    """Raise `SettingsInvalid` where an exception means no check that the project has."""
    exceptions = quality.StandingExceptions.of(project.workspace.settings)
    if not exceptions.specs:
        return Validation()
    names = check_names(project)
    for spec in exceptions.without_check(names):
        near = nearest(spec.check, (name for name, _ in names))
        raise SettingsInvalid(
            f"exceptions: {spec.check!r} is no check of this project{near} docs/checks.md lists the families."
        )
    ended = (f"exception of {spec.title} ended on {spec.until}" for spec in exceptions.ended)
    return Validation(
        passed=(f"{len(exceptions.open)} standing exception(s) in force",), pending=tuple(ended)
    )


def _check_project(project: Project) -> Validation:
    nodes = project.manifest["nodes"].values()
    models = sum(node["resource_type"] == "model" for node in nodes)
    tests = sum(node["resource_type"] == "test" for node in nodes)
    seeds = len(list((PROJECT_ROOT / "seeds").glob("*.csv")))
    contract = load_contract()
    check_model_keys(project.manifest, contract)
    erased = {key.table for key in declared_keys(project.manifest, contract) if key.row_goes}
    return Validation(
        passed=(
            f"dbt parses: {models} models, {tests} tests",
            f"{seeds} seeds are valid, {check_seeds(project)} rows",
            f"personal data is declared: rows of {len(erased)} marts go with a person",
        )
    )


def _check_metrics(project: Project) -> Validation:
    from semantic_layer.layer import MARTS_FILE, SemanticLayer
    from semantic_layer.validation import compile_all, plan_faults

    compiled = compile_all(project.semantic_manifest)
    checked = Validation(
        passed=(
            f"{len(compiled)} metrics compile to SQL",
            f"{len(saved_query_tables(project))} saved queries become tables",
        )
    )
    release = current_directory(project.workspace.home)
    if release is None:
        pending = "no release yet: metrics are planned on its tables after a refresh"
        return checked + Validation(pending=(pending,))
    faults = plan_faults(compiled, release / MARTS_FILE)
    if faults:
        lines = [f"  {name}: {reason}" for name, reason in sorted(faults.items())]
        missing = (
            "these metrics need columns or tables that the current release does not have yet; "
            "`embudo refresh` builds them:\n" + "\n".join(lines)
        )
        checked += Validation(pending=(missing,))
    else:
        checked += Validation(passed=(f"their SQL runs on release {release.name}",))
    with SemanticLayer.open(release) as released, draft_layer(project, release) as draft:
        before = {metric.name: metric for metric in released.metrics()}
        changed = (metric.name for metric in draft.metrics() if before.get(metric.name) != metric)
        return checked + Validation(changed=tuple(changed))
