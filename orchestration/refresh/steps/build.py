"""Step 3: build all seeds and models in the candidate and run their tests, which are gate 2."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orchestration import quality
from orchestration.core.failpoints import failpoint
from orchestration.core.processes import peak_memory
from orchestration.core.records import CheckResult, GateReport
from orchestration.core.resource_limits import memory_limit
from orchestration.observability.lineage import Dataset
from orchestration.privacy.hash_key import KEY_VARIABLE, PrivacyKey
from orchestration.privacy.public_texts import mask_marts
from orchestration.publication import Candidate
from orchestration.publication.rewriting import rewrite_database
from orchestration.quality.databases import Databases, identifier
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.intended_changes import intended_changes
from orchestration.refresh.release_state import BUILD_STATE
from orchestration.refresh.steps.prepare import PreparedCandidate
from orchestration.settings.project import BuildState
from orchestration.transformation.dbt_runner import BuildResult, Dbt, NodeResult
from orchestration.transformation.node_results import read_node_results, write_node_results
from orchestration.transformation.project import mark_unit_tests_passed, unit_tests_passed

_UNIT_TESTS = "resource_type:unit_test"


@dataclass(frozen=True)
class Build:
    """How dbt's nodes ended. `rows` is table to its rows in the candidate."""

    nodes: tuple[NodeResult, ...]
    rows: Mapping[str, int]
    unit_tests: bool
    """Whether unit tests were part of this build, so that the gate requires them."""
    peaks: Mapping[str, int] = field(default_factory=dict)
    """Unique id of a node to the most memory, in bytes, that the process had held when it ended."""
    warnings: tuple[str, ...] = ()


def build(context: RefreshContext, prepared: PreparedCandidate) -> Build:
    """Build the candidate; a failing test is a result, not an error.

    Raises `BuildFailed` where a seed or a model does not build.
    """
    context.report.step("Build models")
    threading.Thread(target=quality.preload, daemon=True).start()
    candidate, project = prepared.candidate, context.project
    unit_tests = needs_unit_tests(context, prepared)
    peaks: dict[str, int] = {}
    dbt = project.dbt(
        warehouse=candidate.warehouse, marts=candidate.marts, artifacts=candidate.artifacts
    )
    result = _run_dbt(
        context, dbt, full=prepared.staleness.full, unit_tests=unit_tests, peaks=peaks
    )
    write_node_results(candidate.artifacts, result.nodes)
    units = [node for node in result.nodes if node.kind == "unit_test"]
    if units and all(node.status == "pass" for node in units):
        mark_unit_tests_passed(project)
    tests = result.count("test") + result.count("unit_test")
    context.report.detail(
        f"{result.count('model')} models, {result.count('seed')} seeds, {tests} tests"
    )
    masked = mask_marts(candidate.warehouse, candidate.marts, memory_limit=memory_limit())
    if masked:
        rewrite_database(candidate.marts, memory_limit=memory_limit())
        context.report.detail(f"{masked:,} texts with addresses or names of contacts masked")
    failpoint("refresh.built")
    rows = row_counts(candidate)
    context.report.datasets(
        inputs=[Dataset("landing")],
        outputs=[
            Dataset(node.name, rows.get(node.name))
            for node in result.nodes
            if node.kind in ("model", "seed") and node.status == "success"
        ],
    )
    return Build(
        nodes=result.nodes, rows=rows, unit_tests=unit_tests, peaks=peaks, warnings=_warnings()
    )


def read_build(candidate: Candidate) -> Build:
    """A build that ended in another process, from what it left on disk.

    Raises `BuildFailed` where the candidate has no results of a build.
    """
    nodes = read_node_results(candidate.artifacts)
    unit_tests = any(node.kind == "unit_test" for node in nodes)
    return Build(nodes=nodes, rows=row_counts(candidate), unit_tests=unit_tests)


def require_build(
    context: RefreshContext,
    *,
    load_checks: Sequence[CheckResult],
    prepared: PreparedCandidate,
    built: Build,
) -> None:
    """Raise `GateFailed` as soon as dbt's tests have failed; the report is then in the candidate."""
    candidate = prepared.candidate
    checks = (
        *load_checks,
        *quality.run_checks(
            quality.GateInput(
                run_id=context.run_id,
                directory=candidate.directory,
                artifacts=candidate.artifacts,
                manifest=context.project.manifest,
                outcomes=built.nodes,
                previous=prepared.baseline.directory,
                limits=context.settings.limits.model_dump(exclude_none=True),
                exceptions=context.exceptions,
                changes=intended_changes(
                    context, prepared.baseline.directory, removed=prepared.staleness.removed
                ),
            ),
            gates=[2],
        ),
    )
    report = quality.waive(GateReport(run_id=context.run_id, checks=checks), context.waivers)
    if report.failed:
        quality.write_gate(candidate.directory, report)
    quality.raise_if_failed(report)


def needs_unit_tests(context: RefreshContext, prepared: PreparedCandidate) -> bool:
    """Whether dbt's unit tests have to run.

    They test SQL, not data: once for models that are not those of the current release, unless they have passed
    in another home of this checkout.
    """
    base = prepared.baseline.directory
    before = BuildState.read(base / BUILD_STATE) if base is not None else None
    is_new = before is None or before.models != context.project.state.models
    return is_new and not unit_tests_passed(context.project)


def row_counts(candidate: Candidate) -> dict[str, int]:
    """Rows of each table of a candidate whose databases are closed, by the name of its model."""
    with Databases.of(candidate.directory).open() as connection:
        tables = connection.execute(
            "select database_name, schema_name, table_name from duckdb_tables()"
        ).fetchall()
        counts: dict[str, int] = {}
        for table in tables:
            name = ".".join(identifier(part) for part in table)
            row = connection.execute(f"select count(*) from {name}").fetchone()
            counts[table[2]] = row[0] if row else 0
    return counts


def _run_dbt(
    context: RefreshContext, dbt: Dbt, *, full: bool, unit_tests: bool, peaks: dict[str, int]
) -> BuildResult:
    ended = 0

    def on_node(node: NodeResult) -> None:
        nonlocal ended
        ended += 1
        if node.kind == "model":
            failpoint("refresh.first_model_built")
        peaks[node.unique_id] = peak_memory()
        context.report.detail(f"{ended} done, last {node.name}")

    # A failing test keeps dbt from building on its model: where it is waived or excepted, it runs last.
    excepted = quality.excepted_tests(context.project.manifest, context.exceptions)
    named = [check.partition(" on ")[0] for check in context.waivers if check.startswith("dbt.")]
    waived = tuple(check.removeprefix("dbt.") for check in dict.fromkeys((*named, *excepted)))
    result = dbt.build(
        exclude=(*waived, *(() if unit_tests else (_UNIT_TESTS,))),
        full_refresh=full,
        on_node=on_node,
    )
    return result + dbt.build(select=waived, on_node=on_node) if waived else result


def _warnings() -> tuple[str, ...]:
    if PrivacyKey.from_environment() is not None:
        return ()
    return (
        f"{KEY_VARIABLE} is not set: the hashed e-mails and phones of the marts are empty. "
        "`embudo init --key` makes a key.",
    )
