"""One refresh, step by step: sources in, a checked release out.

`Refresh` runs the steps in their order and keeps what one tells the next. The command line and Dagster
both run these steps, so there is one way to a release. What a step does belongs to the rooms
(`ingestion`, `transformation`, `quality`, `publication`).
"""

from __future__ import annotations

import contextlib
import resource
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from orchestration import ingestion, publication, quality
from orchestration.publication.layout import MANIFEST, SEMANTIC_MANIFEST
from orchestration.quality.databases import Databases, identifier
from orchestration.quality.dbt_results import check_dbt
from orchestration.records import CheckResult, GateReport, LandingResult, Load, Release, Reporter
from orchestration.transformation.dbt import BuildResult, NodeResult
from orchestration.workplace import BUILD_STATE, METRIC_VALUES, Workplace

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

    workplace: Workplace
    run_id: str
    report: Reporter
    full: bool = False
    landed: LandingResult = field(default_factory=lambda: LandingResult(loads=()))
    gate: GateReport | None = None
    released: Release | None = None
    error: BaseException | None = None
    reasons: tuple[str, ...] = ()
    _candidate: Candidate | None = None
    _load_checks: tuple[CheckResult, ...] = ()
    _nodes: list[NodeResult] = field(default_factory=list)
    _open: ExitStack = field(default_factory=ExitStack)
    _began: float = 0.0
    _asked_full: bool = False

    def __enter__(self) -> Refresh:
        self._asked_full = self.full
        self._began = time.monotonic()
        self._started_at = datetime.now(UTC)
        self.workplace.home.prepare()
        self._open.enter_context(
            publication.refresh_lock(self.workplace.layout, run_id=self.run_id)
        )
        try:
            publication.recover(self.workplace.layout)
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
            if self.has_work or self.error:
                self._write_down()
        finally:
            self._open.close()

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
            self.error = self.error or error
            raise

    def anything_new(self) -> bool:
        """Whether a run would have work: a look at names, sizes and fingerprints, no data read."""
        self.reasons = self._why()
        return self.has_work or bool(self.workplace.pending())

    # -- sources ---------------------------------------------------------------------------------

    def read_sources(self) -> LandingResult:
        """Land what is new, hold it against gate 1, and open the candidate where there is work."""
        self.report.step("Read sources")
        settings, home = self.workplace.settings, self.workplace.home
        self.landed = ingestion.land(settings, home, run_id=self.run_id, report=self.report)
        verdict = quality.check_loads(
            self.landed,
            history=self._loads(),
            limits=quality.LoadLimits(
                quarantine_share=settings.limits.quarantine_share,
                volume_drop_share=settings.limits.volume_drop_share,
            ),
        )
        self._load_checks = verdict.checks
        self.reasons = self._why()
        self.report.detail(_said_of(self.landed))
        return self.landed

    def require_good_loads(self) -> None:
        """Raise `GateFailed` where gate 1 stops the refresh."""
        quality.raise_if_failed(GateReport(run_id=self.run_id, checks=self._load_checks))
        self._open_candidate()

    def checks_of(self, stream: str) -> list[CheckResult]:
        """What gate 1 said of a stream, over all its sources."""
        return [c for c in self._load_checks if c.subject.rpartition(".")[2] == stream]

    def _why(self) -> tuple[str, ...]:
        """What is new. Sets `full` where history has to be built again."""
        workplace, before = self.workplace, self.workplace.released_state()
        now, landed = workplace.state, workplace.landed()
        asked = ("a full rebuild was asked for",) if self._asked_full else ()
        if before is None:
            self.full = True
            return (*asked, "there is no release yet")
        new = set(landed) - set(before.landed)
        seeds = {
            name
            for name in {*before.seeds, *now.seeds}
            if before.seeds.get(name) != now.seeds.get(name)
        }
        rebuild = {
            "models changed": before.models != now.models,
            "settings changed": before.settings != now.settings,
            "files were mapped anew": any(
                parts != list(landed.get(load, ["gone"])) for load, parts in before.landed.items()
            ),
        }
        self.full = self.full or any(rebuild.values())
        if seeds and not self.full:
            self.full = bool(seeds & workplace.seeds_of_history())
        why = {f"{len(new)} new load(s)": bool(new), **rebuild}
        why[f"seeds changed: {', '.join(sorted(seeds))}"] = bool(seeds)
        return (*asked, *(reason for reason, holds in why.items() if holds))

    def _open_candidate(self) -> None:
        workplace = self.workplace
        self._candidate = publication.prepare_candidate(
            workplace.layout, self.run_id, full=self.full
        )
        import duckdb

        from semantic_layer.exports import drop_exports, exports_of

        with duckdb.connect(str(self._candidate.warehouse)) as connection:
            ingestion.write_landing_schema(
                connection, workplace.settings, workplace.home, run_id=self.run_id
            )

        if self._base is not None and not self.full:
            with duckdb.connect(str(self._candidate.marts)) as connection:
                # Made anew from today's saved queries, or nobody asks for them any more.
                drop_exports(connection, exports_of(self._base / SEMANTIC_MANIFEST, taken=()))

    # -- models ----------------------------------------------------------------------------------

    def build(self) -> BuildResult:
        """Build all seeds and models in the candidate and run their tests, which are gate 2."""
        self.report.step("Build models")
        threading.Thread(target=quality.preload, daemon=True).start()
        dbt = self.workplace.dbt(
            warehouse=self.candidate.warehouse,
            marts=self.candidate.marts,
            artifacts=self.candidate.artifacts,
        )
        done: list[NodeResult] = []

        def count(node: NodeResult) -> None:
            done.append(node)
            self.report.detail(f"{len(done)} done, last {node.name}")

        built = dbt.build(
            exclude=() if self._tests_units else (_UNIT_TESTS,),
            full_refresh=self.full,
            on_node=count,
        )
        self._nodes = list(built.nodes)
        tests = built.count("test") + built.count("unit_test")
        self.report.detail(
            f"{built.count('model')} models, {built.count('seed')} seeds, {tests} tests"
        )
        return built

    def require_good_build(self) -> None:
        """Raise `GateFailed` as soon as dbt's tests say that going on is of no use."""
        checks = self._dbt_checks()
        quality.raise_if_failed(GateReport(run_id=self.run_id, checks=checks))

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
        return counts

    @cached_property
    def _tests_units(self) -> bool:
        """Unit tests judge SQL, not data: they run when the SQL is not that of the current release."""
        before = self.workplace.released_state()
        return before is None or before.models != self.workplace.state.models

    def _dbt_checks(self) -> tuple[CheckResult, ...]:
        return check_dbt(
            self._nodes,
            manifest=self.workplace.manifest,
            artifacts=self.candidate.artifacts,
            databases=self._databases,
            unit_tests=self._tests_units,
        )

    # -- metrics, gate, release ------------------------------------------------------------------

    def evaluate_metrics(self) -> int:
        """Write every metric by month to `performance.metric_values`; returns the rows written."""
        self.report.step("Evaluate metrics")
        with self._marts_with_layer() as (connection, layer):
            names = [metric.name for metric in layer.metrics()]
            values = layer.values(names, "month", until=_as_of_day(self.candidate.warehouse))
            connection.register("evaluated", values)
            connection.execute(
                f"create or replace table {METRIC_VALUES} as select * from evaluated"
            )
        self.report.detail(f"{len(names)} metrics, {values.num_rows:,} values by month")
        return int(values.num_rows)

    def write_exports(self) -> Mapping[str, int]:
        """Write the tables that saved queries ask for; rows by table (`schema.table`)."""
        from semantic_layer.exports import write_exports

        tables = self.workplace.exports()
        self.report.step("Write exports")
        with self._marts_with_layer() as (connection, layer):
            rows = write_exports(layer, connection, tables)
        self.report.detail(f"{len(rows)} saved queries, {sum(rows.values()):,} rows")
        return rows

    @contextlib.contextmanager
    def _marts_with_layer(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, SemanticLayer]]:
        """The candidate's marts, open for writing, with the working tree's definitions on them."""
        import duckdb

        from semantic_layer.layer import SemanticLayer

        parsed = self.workplace.parsed()
        with duckdb.connect(str(self.candidate.marts)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            layer = SemanticLayer.draft(
                parsed / SEMANTIC_MANIFEST,
                parsed / MANIFEST,
                self.candidate.directory,
                connection=connection,
            )
            yield connection, layer

    def check(self) -> GateReport:
        """Run gate 3, put all three gates' results into the candidate, and sign the receipt."""
        self.report.step("Check marts and metrics")
        candidate, settings = self.candidate, self.workplace.settings
        self.gate = quality.run_gate(
            quality.GateInput(
                run_id=self.run_id,
                directory=candidate.directory,
                artifacts=candidate.artifacts,
                manifest=self.workplace.manifest,
                loads=self._load_checks,
                outcomes=self._nodes,
                metrics=self.workplace.metric_meta,
                values=_monthly(candidate.marts),
                complete_before=_as_of_day(candidate.warehouse).replace(day=1),
                previous_values=_monthly(self._base / candidate.marts.name) if self._base else (),
                previous_rows=self._previous_rows,
                revenue_from=settings.revenue_from,
                rows_lost_share=settings.limits.rows_lost_share,
            )
        )
        quality.write_gate(candidate.directory, self.gate)
        failed, warned = len(self.gate.failed), sum(c.outcome == "warn" for c in self.gate.checks)
        self.report.detail(f"{len(self.gate.checks)} checks, {failed} failed, {warned} warned")
        return self.gate

    def sign(self) -> None:
        """Seal the candidate and write the receipt; raises `GateFailed` with every check that failed."""
        assert self.gate is not None
        quality.raise_if_failed(self.gate, self._required)
        candidate = self.candidate
        quality.write_results(candidate.marts, self.gate, loads=self._loads())
        quality.write_receipt(
            candidate.directory, self.gate, self._required, publication.seal(candidate)
        )

    @property
    def _base(self) -> Path | None:
        return publication.current_directory(self.workplace.layout)

    @property
    def _previous_rows(self) -> Mapping[str, int]:
        """Rows of the last release's marts; a full rebuild is asked for because they will differ."""
        release = publication.current_release(self.workplace.layout)
        return release.rows if release and not self.full else {}

    def _loads(self) -> list[Load]:
        with ingestion.Ledger(self.workplace.home.ledger) as ledger:
            return [load for load, _ in ledger.active_loads()]

    def publish(self) -> Release:
        """Make the candidate the current release; refused without the gate's receipt."""
        self.report.step("Publish")
        state = replace(self.workplace.state, landed=self.workplace.landed())
        (self.candidate.directory / BUILD_STATE).write_text(state.to_json(), encoding="utf-8")
        self.released = publication.publish(
            self.workplace.layout, self.candidate, required_checks=self._required
        )
        publication.prune(self.workplace.layout, keep=self.workplace.settings.keep_releases)
        self.report.detail(f"release {self.released.release_id}, {self.released.verdict}")
        return self.released

    @property
    def candidate(self) -> Candidate:
        """The warehouse being built; opened again where an earlier step ran in another process."""
        if self._candidate is None:
            self._candidate = publication.open_candidate(self.workplace.layout, self.run_id)
        return self._candidate

    @property
    def _databases(self) -> Databases:
        return Databases.of(self.candidate.directory)

    @property
    def _required(self) -> tuple[str, ...]:
        return tuple(self.workplace.required_checks(unit_tests=self._tests_units))

    def _write_down(self) -> None:
        """One line in the ledger: how the run ended, why, and what each step took."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        detail = {
            "reasons": list(self.reasons),
            "seconds": round(time.monotonic() - self._began, 1),
            "steps": dict(getattr(self.report, "seconds", {})),
            "peak_memory_bytes": peak,
            "failed_checks": [c.name for c in self.gate.failed] if self.gate else [],
        }
        with ingestion.Ledger(self.workplace.home.ledger) as ledger:
            ledger.begin_refresh(self.run_id, full=self.full, started_at=self._started_at)
            ledger.end_refresh(
                self.run_id,
                verdict="failed" if self.error else self.gate.verdict if self.gate else "fail",
                release_id=self.released.release_id if self.released else None,
                error=str(self.error) if self.error else None,
                detail=detail,
            )


def _monthly(marts: Path) -> list[quality.MetricValue]:
    """Every metric by month, as an earlier step or release wrote it; none where there is no such table."""
    import duckdb

    with duckdb.connect(str(marts), read_only=True) as connection:
        try:
            rows = connection.execute(
                f"select metric, period_start, value from {METRIC_VALUES}"
            ).fetchall()
        except duckdb.CatalogException:
            return []
    return [quality.MetricValue(metric=row[0], month=row[1], value=row[2]) for row in rows]


def _as_of_day(warehouse: Path) -> date:
    """The data-as-of day, in the reporting time zone."""
    import duckdb

    with duckdb.connect(str(warehouse), read_only=True) as connection:
        row = connection.execute("select as_of_on from landing.settings").fetchone()
    assert row is not None
    return date(row[0].year, row[0].month, row[0].day)


def _said_of(landed: LandingResult) -> str:
    rows = sum(load.rows_landed for load in landed.loads)
    aside = sum(load.rows_quarantined for load in landed.loads)
    files = sum(len(load.files) for load in landed.loads)
    said = f"{files} new file(s), {rows:,} rows landed, {aside:,} quarantined"
    return said + (f", {len(landed.set_aside)} file(s) set aside" if landed.set_aside else "")
