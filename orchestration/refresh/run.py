"""One refresh, step by step: sources in, a checked release out.

`Refresh` runs the steps in their order and keeps what one tells the next. The command line and Dagster
both run these steps, so there is one way to a release. What a step does belongs to the rooms
(`ingestion`, `transformation`, `quality`, `publication`).
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from orchestration import ingestion, publication, quality
from orchestration.core.errors import ReleaseCorrupt, SourceError
from orchestration.core.failpoints import failpoint
from orchestration.core.records import (
    CheckResult,
    GateReport,
    LandingResult,
    Load,
    Release,
    Reporter,
    SourceFailure,
)
from orchestration.core.resource_limits import explained, memory_limit
from orchestration.erasure.request import finish as finish_erasure
from orchestration.ingestion.ledger.business_times import latest_by_source
from orchestration.ingestion.ledger.loads import active_loads
from orchestration.ingestion.ledger.runs import begin_refresh, drop_refresh, end_refresh
from orchestration.ingestion.ledger.waivers import open_waivers, settle_waivers, use_waivers
from orchestration.observability.events import Dataset, Observed, peak_memory
from orchestration.privacy.hash_key import KEY_VARIABLE, PrivacyKey
from orchestration.privacy.redaction import redacted
from orchestration.publication.layout import MANIFEST, SEMANTIC_MANIFEST
from orchestration.quality.databases import Databases, identifier
from orchestration.quality.dbt_results import check_dbt
from orchestration.quality.loads import SOURCES_ANSWERED
from orchestration.refresh.asset_facts import facts_of
from orchestration.refresh.evaluation import as_of_of, monthly_values, release_id_in, write_figures
from orchestration.refresh.load_gate import judge_loads
from orchestration.refresh.outcome import tell
from orchestration.refresh.recovery import recover
from orchestration.refresh.staleness import changes_since
from orchestration.refresh.workspace import BUILD_STATE, Workspace
from orchestration.settings.project import BuildState
from orchestration.transformation.dbt_runner import BuildResult, NodeResult

if TYPE_CHECKING:
    import duckdb

    from orchestration.publication import Candidate
    from semantic_layer.layer import SemanticLayer

_UNIT_TESTS = "resource_type:unit_test"


@dataclass
class Refresh:
    """One run. Enter it to hold the refresh lock; leaving it writes how it ended to the ledger.

    `full` rebuilds all history; it is also set where models, settings or mappings changed, because
    incremental models only add what is new.
    """

    workspace: Workspace
    run_id: str
    report: Reporter
    full: bool = False
    landed: LandingResult = field(default_factory=lambda: LandingResult(loads=()))
    gate: GateReport | None = None
    released: Release | None = None
    error: BaseException | None = None
    reasons: tuple[str, ...] = ()
    _failures: tuple[SourceFailure, ...] | None = None
    warnings: list[str] = field(default_factory=list)
    """What a person should know that is no error: a hook that did not answer, a key that is missing."""
    _candidate: Candidate | None = None
    _load_checks: tuple[CheckResult, ...] = ()
    _accepted: Mapping[str, str] = field(default_factory=dict)
    _nodes: list[NodeResult] = field(default_factory=list)
    _peaks: dict[str, int] = field(default_factory=dict)
    _rows: Mapping[str, int] = field(default_factory=dict)
    _open: ExitStack = field(default_factory=ExitStack)
    _began: float = 0.0
    _asked_full: bool = False
    _damage: str = ""

    def __enter__(self) -> Refresh:
        self._asked_full = self.full
        self._began = time.monotonic()
        self.report = self._observed = Observed(self.report, self.workspace.home, self.run_id)
        self._started_at = datetime.now(UTC)
        self.workspace.home.prepare()
        self._open.enter_context(
            publication.refresh_lock(self.workspace.layout, run_id=self.run_id)
        )
        try:
            recover(self.workspace, self.report)
            finish_erasure(self.workspace.settings, self.workspace.home)
            self._accepted = self._read_waivers()
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.error = self.error or error
            self._observed.end(self.error)
            self._write_down()
        except Exception:
            if self.error is None:
                raise  # what ended the refresh is the story, not that it could not be told
        finally:
            self._open.close()
        if self.has_work or self.error:
            self._tell()

    def _tell(self) -> None:
        """Tell whom embudo.yml names where a look is needed; a hook that fails is only warned of."""
        faults = tell(
            self.workspace,
            run_id=self.run_id,
            gate=self.gate,
            load_checks=self._load_checks,
            error=self.error,
            released=self.released,
        )
        for fault in faults:
            self.warnings.append(fault)
            self._observed.warn(fault)

    @property
    def has_work(self) -> bool:
        """Whether anything is new since the current release."""
        return bool(self.reasons)

    @contextlib.contextmanager
    def noting_errors(self) -> Iterator[None]:
        """Remember what ended the refresh, for its line in the ledger."""
        try:
            yield
        except BaseException as error:
            said = explained(error)
            self.error = self.error or said or error
            if said is not None and said is not error:
                raise said from error
            raise

    def anything_new(self) -> bool:
        """Whether a run would have work: a look at names, sizes and fingerprints; APIs have to be asked."""
        self.reasons = self._why()
        if self.has_work or self.workspace.pending():
            return True
        failures = self.fetch_apis()
        return any(failure.is_fatal for failure in failures) or bool(self.workspace.pending())

    # -- sources ---------------------------------------------------------------------------------

    def fetch_apis(self) -> tuple[SourceFailure, ...]:
        """Ask the APIs, once a run, and keep their answers for landing; returns what failed."""
        if self._failures is None:
            if self.workspace.settings.apis:
                self.report.step("Ask APIs")
            self._failures = ingestion.fetch_apis(
                self.workspace.settings, self.workspace.home, report=self.report
            )
        return self._failures

    def read_sources(self) -> LandingResult:
        """Ask the APIs, land what is new, and hold it against gate 1."""
        failures = self.fetch_apis()
        self.report.step("Read sources")
        self.workspace.check_seeds()
        settings, home = self.workspace.settings, self.workspace.home
        with ingestion.Ledger(home.ledger) as ledger:
            begin_refresh(ledger, self.run_id, full=self.full, started_at=self._started_at)
        failpoint("refresh.begun")
        landed = ingestion.land(
            settings, home, run_id=self.run_id, report=self.report, hash_all=self.full
        )
        self.landed = replace(landed, failures=failures)
        self._load_checks = self._accept(
            judge_loads(self.workspace, self.landed, run_id=self.run_id, accepted=self._accepted)
        )
        self.reasons = self._why()
        self._observed.traffic(
            inputs=[
                Dataset(f"{load.source}/{file}")
                for load in self.landed.loads
                for file in load.files
            ],
            outputs=[
                Dataset(f"landing.{load.source}.{load.stream}", load.rows_landed, load.size_bytes)
                for load in self.landed.loads
            ],
        )
        self.report.detail(_said_of(self.landed))
        return self.landed

    def require_answers(self) -> None:
        """Raise `SourceError` where a source did not answer whose policy stops the refresh.

        An accepted failure (`embudo waive loads.sources_answered`) lets the refresh go on.
        """
        fatal = [one.reason for one in self.landed.failures if one.is_fatal]
        if fatal and any(
            check.name == SOURCES_ANSWERED and check.outcome == "fail"
            for check in self._load_checks
        ):
            raise SourceError("\n".join(dict.fromkeys(fatal)))

    def require_good_loads(self) -> None:
        """Raise where a source did not answer or gate 1 stops the refresh; else open the candidate."""
        self.require_answers()
        quality.raise_if_failed(GateReport(run_id=self.run_id, checks=self._load_checks))
        self._open_candidate()

    def checks_of(self, stream: str) -> list[CheckResult]:
        """What gate 1 said of a stream, over all its sources."""
        return [c for c in self._load_checks if c.subject.rpartition(".")[2] == stream]

    def _why(self) -> tuple[str, ...]:
        """What is new. Sets `full` where history has to be built again."""
        found = changes_since(self._before, self.workspace, accepted=self._accepted)
        self.full = self.full or found.full
        asked = ("a full rebuild was asked for",) if self._asked_full else ()
        is_damaged = self._before is None and bool(self._damage)
        return (*asked, *((self._damage,) if is_damaged else found.reasons))

    def _open_candidate(self) -> None:
        workspace = self.workspace
        if not self.full and self._base is None:
            self.full, self.reasons = True, (*self.reasons, self._damage)
            self.report.detail(self._damage)
        self._candidate = publication.prepare_candidate(
            workspace.layout, self.run_id, full=self.full
        )
        import duckdb

        from semantic_layer.exports import drop_exports, exports_of

        with duckdb.connect(str(self._candidate.warehouse)) as connection:
            ingestion.write_landing_schema(
                connection, workspace.settings, workspace.home, run_id=self.run_id
            )
        if self._base is not None and not self.full:
            with duckdb.connect(str(self._candidate.marts)) as connection:
                # Made anew from today's saved queries, or nobody asks for them any more.
                drop_exports(connection, exports_of(self._base / SEMANTIC_MANIFEST, taken=()))
        failpoint("refresh.landing_shown")

    # -- models ----------------------------------------------------------------------------------

    def build(self) -> BuildResult:
        """Build all seeds and models in the candidate and run their tests, which are gate 2."""
        self.report.step("Build models")
        if PrivacyKey.from_environment() is None:
            self.warnings.append(
                f"{KEY_VARIABLE} is not set: the hashed e-mails and phones of the marts are empty. "
                "`embudo init --key` makes a key."
            )
        threading.Thread(target=quality.preload, daemon=True).start()
        dbt = self.workspace.dbt(
            warehouse=self.candidate.warehouse,
            marts=self.candidate.marts,
            artifacts=self.candidate.artifacts,
        )
        done: list[NodeResult] = []

        def count(node: NodeResult) -> None:
            done.append(node)
            if node.kind == "model":
                failpoint("refresh.first_model_built")
            self._peaks[node.unique_id] = peak_memory()
            self.report.detail(f"{len(done)} done, last {node.name}")

        # a test that fails keeps dbt from building on its model: where its breach is accepted, it runs last
        accepted = tuple(
            check.partition(" on ")[0].removeprefix("dbt.")
            for check in self._accepted
            if check.startswith("dbt.")
        )
        built = dbt.build(
            exclude=(*accepted, *(() if self._tests_units else (_UNIT_TESTS,))),
            full_refresh=self.full,
            on_node=count,
        )
        if accepted:
            built = built + dbt.build(select=accepted, on_node=count)
        self._nodes = list(built.nodes)
        units = [node for node in built.nodes if node.kind == "unit_test"]
        if units and all(node.status == "pass" for node in units):
            self.workspace.note_passed_units()
        tests = built.count("test") + built.count("unit_test")
        self.report.detail(
            f"{built.count('model')} models, {built.count('seed')} seeds, {tests} tests"
        )
        failpoint("refresh.built")
        return built

    def require_good_build(self) -> None:
        """Raise `GateFailed` as soon as dbt's tests say that going on is of no use."""
        checks = self._accept((*self._load_checks, *self._dbt_checks()))
        report = GateReport(run_id=self.run_id, checks=checks)
        if report.failed:
            quality.write_gate(self.candidate.directory, report)
            self.gate = report
        quality.raise_if_failed(report)

    def row_counts(self) -> Mapping[str, int]:
        """Rows of each table of the candidate, by the name of its model."""
        counts: dict[str, int] = {}
        with self._databases.open() as connection:
            tables = connection.execute(
                "select database_name, schema_name, table_name from duckdb_tables()"
            ).fetchall()
            for table in tables:
                name = ".".join(identifier(part) for part in table)
                row = connection.execute(f"select count(*) from {name}").fetchone()
                counts[table[2]] = row[0] if row else 0
        self._rows = counts
        self._observed.traffic(
            inputs=[Dataset("landing")],
            outputs=[
                Dataset(node.name, counts.get(node.name))
                for node in self._nodes
                if node.kind in ("model", "seed") and node.status == "success"
            ],
        )
        return counts

    @cached_property
    def _tests_units(self) -> bool:
        """Unit tests judge SQL, not data: they run when the SQL is not that of the current release, nor has passed
        them in another home of this checkout.
        """
        before = self._before
        is_new = before is None or before.models != self.workspace.state.models
        return is_new and not self.workspace.units_passed

    def _dbt_checks(self) -> tuple[CheckResult, ...]:
        return check_dbt(
            self._nodes,
            manifest=self.workspace.manifest,
            artifacts=self.candidate.artifacts,
            databases=self._databases,
            unit_tests=self._tests_units,
            previous=self._base,
        )

    # -- metrics, gate, release ------------------------------------------------------------------

    def evaluate_metrics(self) -> Mapping[str, int]:
        """Write metric values, scorecard and alerts into the candidate; returns their rows by table."""
        self.report.step("Evaluate metrics")
        with ingestion.Ledger(self.workspace.home.ledger) as ledger:
            newest = latest_by_source(ledger)
        with self._marts_with_layer() as (connection, layer):
            names = [metric.name for metric in layer.metrics()]
            rows = write_figures(
                layer,
                connection,
                warehouse=self.candidate.warehouse,
                release_id=publication.next_release_id(self.workspace.layout, self.run_id),
                newest_of_source=newest,
            )
        self._observed.traffic(
            inputs=[Dataset(name) for name in names],
            outputs=[Dataset(f"performance.{name}", count) for name, count in rows.items()],
        )
        said = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in rows.items())
        self.report.detail(f"{len(names)} metrics: {said}")
        failpoint("refresh.metrics_evaluated")
        return rows

    def write_exports(self) -> Mapping[str, int]:
        """Write the tables that saved queries ask for; rows by table (`schema.table`)."""
        from semantic_layer.exports import write_exports

        tables = self.workspace.exports()
        self.report.step("Write exports")
        with self._marts_with_layer() as (connection, layer):
            rows = write_exports(layer, connection, tables)
        self._observed.traffic(
            inputs=[Dataset("performance")],
            outputs=[Dataset(table, count) for table, count in rows.items()],
        )
        self.report.detail(f"{len(rows)} saved queries, {sum(rows.values()):,} rows")
        failpoint("refresh.exports_written")
        return rows

    @contextlib.contextmanager
    def _marts_with_layer(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, SemanticLayer]]:
        """The candidate's marts, open for writing, with the working tree's definitions on them."""
        import duckdb

        from semantic_layer.layer import SemanticLayer

        parsed = self.workspace.parsed()
        with duckdb.connect(
            str(self.candidate.marts), config={"memory_limit": memory_limit()}
        ) as connection:
            connection.execute("set TimeZone = 'UTC'")
            with SemanticLayer.draft(
                parsed / SEMANTIC_MANIFEST,
                parsed / MANIFEST,
                self.candidate.directory,
                connection=connection,
                plans=self.workspace.cache,
            ) as layer:
                yield connection, layer

    def check(self) -> GateReport:
        """Run gate 3, put all three gates' results into the candidate, and sign the receipt."""
        self.report.step("Check marts and metrics")
        candidate, settings = self.candidate, self.workspace.settings
        self.gate = quality.run_gate(
            quality.GateInput(
                run_id=self.run_id,
                directory=candidate.directory,
                artifacts=candidate.artifacts,
                manifest=self.workspace.manifest,
                loads=self._load_checks,
                outcomes=self._nodes,
                metrics=self.workspace.metric_meta,
                values=monthly_values(candidate.marts),
                complete_before=as_of_of(candidate.warehouse)[1].replace(day=1),
                previous_values=monthly_values(self._base / candidate.marts.name)
                if self._base
                else (),
                previous_rows=self._previous_rows,
                previous=self._base,
                accepted=self._accepted,
                revenue_from=settings.revenue_from,
                rows_lost_share=settings.limits.rows_lost_share,
            )
        )
        quality.write_gate(candidate.directory, self.gate)
        failpoint("refresh.marts_checked")
        failed, warned = len(self.gate.failed), sum(c.outcome == "warn" for c in self.gate.checks)
        self.report.detail(f"{len(self.gate.checks)} checks, {failed} failed, {warned} warned")
        return self.gate

    def sign(self) -> None:
        """Seal the candidate and write the receipt; raises `GateFailed` with every check that failed."""
        assert self.gate is not None
        quality.raise_if_failed(self.gate, self._required)
        candidate = self.candidate
        quality.write_results(candidate.marts, self.gate, loads=self._loads())
        failpoint("refresh.results_written")
        quality.write_facts(
            candidate.marts,
            self.run_id,
            steps=self._observed.facts,
            assets=facts_of(self.landed, self._nodes, rows=self._rows, peaks=self._peaks),
        )
        quality.write_receipt(
            candidate.directory, self.gate, self._required, publication.seal(candidate)
        )
        # before publishing: an acceptance may let out one release, whatever happens in between
        with ingestion.Ledger(self.workspace.home.ledger) as ledger:
            used = quality.used_waivers(self.gate, self._accepted)
            use_waivers(ledger, used, run_id=self.run_id)
        failpoint("refresh.signed")

    def _read_waivers(self) -> Mapping[str, str]:
        """Breaches that a person lets through in this run: check to who says so, when and why."""
        published = publication.releases(self.workspace.layout)
        with ingestion.Ledger(self.workspace.home.ledger) as ledger:
            settle_waivers(ledger, {r.run_id: r.release_id for r in published})
            return {one.check: one.text for one in open_waivers(ledger)}

    def _accept(self, checks: Sequence[CheckResult]) -> tuple[CheckResult, ...]:
        report = GateReport(run_id=self.run_id, checks=tuple(checks))
        return quality.accept(report, self._accepted).checks

    @cached_property
    def _before(self) -> BuildState | None:
        """What the current release was built from; None where there is none that can be read."""
        try:
            return self.workspace.released_state()
        except ReleaseCorrupt as error:
            self._damage = f"the current release is damaged, so all is built anew: {error}"
            return None

    @cached_property
    def _base(self) -> Path | None:
        """The current release, held against its checksums: damage is not to be built upon."""
        layout = self.workspace.layout
        try:
            current = publication.current_directory(layout)
            if current is not None:
                publication.verify_release(layout, current.name)
        except ReleaseCorrupt as error:
            self._damage = f"the current release is damaged, so all is built anew: {error}"
            return None
        return current

    @property
    def _previous_rows(self) -> Mapping[str, int]:
        """Rows of the last release's marts; none where it is damaged."""
        if self._base is None:
            return {}
        release = publication.current_release(self.workspace.layout)
        return release.rows if release else {}

    def _loads(self) -> list[Load]:
        with ingestion.Ledger(self.workspace.home.ledger) as ledger:
            return [load for load, _ in active_loads(ledger)]

    def publish(self) -> Release:
        """Make the candidate the current release; refused without the gate's receipt."""
        self.report.step("Publish")
        state = replace(self.workspace.state, landed=self.workspace.landed())
        (self.candidate.directory / BUILD_STATE).write_text(state.to_json(), encoding="utf-8")
        self.released = publication.publish(
            self.workspace.layout,
            self.candidate,
            required_checks=self._required,
            release_id=release_id_in(self.candidate.marts),
        )
        with ingestion.Ledger(self.workspace.home.ledger) as ledger:
            settle_waivers(ledger, {self.run_id: self.released.release_id})
        publication.prune(self.workspace.layout, keep=self.workspace.settings.keep_releases)
        directory = publication.release_directory(self.workspace.layout, self.released.release_id)
        self._observed.traffic(
            inputs=[Dataset("candidate")],
            outputs=[
                Dataset(f"release/{name}", size_bytes=(directory / name).stat().st_size)
                for name in sorted(self.released.files)
            ],
        )
        self.report.detail(f"release {self.released.release_id}, {self.released.verdict}")
        return self.released

    @property
    def candidate(self) -> Candidate:
        """The warehouse being built; opened again where an earlier step ran in another process."""
        if self._candidate is None:
            self._candidate = publication.open_candidate(self.workspace.layout, self.run_id)
        return self._candidate

    @property
    def _databases(self) -> Databases:
        return Databases.of(self.candidate.directory)

    @property
    def _required(self) -> tuple[str, ...]:
        return tuple(self.workspace.required_checks(unit_tests=self._tests_units))

    def _write_down(self) -> None:
        """One line in the ledger: how the run ended, why, and what each step took.

        A run that found nothing to do leaves none.
        """
        if not self.has_work and not self.error:
            with ingestion.Ledger(self.workspace.home.ledger) as ledger:
                drop_refresh(ledger, self.run_id)
            return
        detail = {
            "reasons": list(self.reasons),
            "seconds": round(time.monotonic() - self._began, 1),
            "steps": self._observed.seconds,
            "peak_memory_bytes": peak_memory(),
            "failed_checks": [c.name for c in self.gate.failed] if self.gate else [],
        }
        with ingestion.Ledger(self.workspace.home.ledger) as ledger:
            begin_refresh(ledger, self.run_id, full=self.full, started_at=self._started_at)
            end_refresh(
                ledger,
                self.run_id,
                verdict="failed" if self.error else self.gate.verdict if self.gate else "fail",
                release_id=self.released.release_id if self.released else None,
                error=redacted(str(self.error)) if self.error else None,
                detail=detail,
            )
        failpoint("refresh.written_down")


def _said_of(landed: LandingResult) -> str:
    rows = sum(load.rows_landed for load in landed.loads)
    aside = sum(load.rows_quarantined for load in landed.loads)
    files = sum(len(load.files) for load in landed.loads)
    said = f"{files} new file(s), {rows:,} rows landed, {aside:,} quarantined"
    return said + (f", {len(landed.set_aside)} file(s) set aside" if landed.set_aside else "")
