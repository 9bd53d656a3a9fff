"""One run of a refresh: it holds the lock, passes each step's record to the next, and notes how it ended.

The command line and Dagster both run the steps through it, so there is one way to a release. What a step does
is in `steps`; each can be called without a run.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType

from orchestration import ingestion, publication, quality
from orchestration.core.errors import GateFailed
from orchestration.core.records import (
    CheckResult,
    GateReport,
    LandingResult,
    Receipt,
    Release,
    Reporter,
    SourceFailure,
    Waiver,
)
from orchestration.core.resource_limits import as_resource_error
from orchestration.erasure.request import finish as finish_erasure
from orchestration.ingestion.ledger.unnamed_streams import record_named_streams
from orchestration.ingestion.ledger.waivers import open_waivers, settle_waivers
from orchestration.ingestion.pending import pending_files
from orchestration.observability.events import RunRecorder
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.outcome import Outcome, notify, record_outcome
from orchestration.refresh.recovery import recover
from orchestration.refresh.staleness import Staleness, staleness_of
from orchestration.refresh.steps.build import Build, build, read_build, require_build
from orchestration.refresh.steps.check import check
from orchestration.refresh.steps.evaluate import evaluate, write_saved_queries
from orchestration.refresh.steps.land import (
    Landing,
    fetch,
    land,
    require_loads,
    require_rows,
    require_sources,
)
from orchestration.refresh.steps.prepare import PreparedCandidate, prepare, reopen
from orchestration.refresh.steps.publish import publish
from orchestration.refresh.steps.sign import sign
from orchestration.settings.workspace import Workspace
from orchestration.transformation.project import Project


class RefreshSession:
    """One run. Enter it to take the refresh lock; leaving it writes how it ended to the ledger."""

    def __init__(
        self, workspace: Workspace, *, run_id: str, report: Reporter, full: bool = False
    ) -> None:
        """`full` rebuilds all history, as models, settings or mappings that changed do."""
        self.context = RefreshContext(
            project=Project(workspace),
            run_id=run_id,
            report=RunRecorder(report, workspace.home, run_id),
            started_at=datetime.now(UTC),
            full_requested=full,
        )
        self.error: BaseException | None = None
        self.released: Release | None = None
        self.warnings: list[str] = []
        """What a person should know that is no error: a missing key, a notification that failed."""
        self._began = time.monotonic()
        self._lock = ExitStack()
        self._staleness: Staleness | None = None
        self._failures: tuple[SourceFailure, ...] | None = None
        self._landing: Landing | None = None
        self._prepared: PreparedCandidate | None = None
        self._built: Build | None = None
        self._gate: GateReport | None = None

    def __enter__(self) -> RefreshSession:
        context = self.context
        context.home.prepare()
        self._lock.enter_context(publication.refresh_lock(context.home, run_id=context.run_id))
        try:
            recover(context.home, context.report)
            finish_erasure(context.settings, context.home)
            with ingestion.Ledger(context.home.ledger) as ledger:
                # Before anything is compared: a source that was removed is a reason to refresh.
                record_named_streams(ledger, context.settings.named_streams())
            self.context = replace(context, waivers=_open_waivers(context))
        except BaseException:
            self._lock.close()
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
            self.context.report.end(self.error)
            record_outcome(self.context, self.outcome, seconds=time.monotonic() - self._began)
        except Exception:
            if self.error is None:
                raise  # the error that ended the refresh matters more than its missing record
        finally:
            self._lock.close()
        for fault in notify(self.context, self.outcome):
            self.warnings.append(fault)
            self.context.report.warn(fault)

    @property
    def outcome(self) -> Outcome:
        """What the run has come to so far."""
        gate = self._gate
        if gate is None and self._prepared is not None:
            gate = quality.read_gate(self._prepared.candidate.directory)
        return Outcome(
            staleness=self._staleness or Staleness(),
            load_checks=self._load_checks,
            gate=gate,
            released=self.released,
            error=self.error,
        )

    @contextlib.contextmanager
    def noting_errors(self) -> Iterator[None]:
        """Remember what ended the refresh, for its line in the ledger."""
        try:
            yield
        except BaseException as error:
            exhausted = as_resource_error(error)
            self.error = self.error or exhausted or error
            if exhausted is not None and exhausted is not error:
                raise exhausted from error
            raise

    def has_work(self) -> bool:
        """Whether a run would publish: compares names, sizes and fingerprints, and fetches from APIs."""
        workspace = self.context.workspace
        if self.staleness or pending_files(workspace):
            return True
        return any(failure.is_fatal for failure in self.fetch()) or bool(pending_files(workspace))

    def fetch(self) -> tuple[SourceFailure, ...]:
        """Fetch from the APIs, once per run; returns the streams that failed."""
        if self._failures is None:
            self._failures = fetch(self.context)
        return self._failures

    def land(self) -> Landing:
        """Fetch, land what is new, and run gate 1."""
        failures, before = self.fetch(), self.staleness
        self._landing = land(self.context, failures=failures, before=before)
        self._staleness = self._landing.staleness
        self.warnings += self._landing.warnings
        return self._landing

    def require_sources(self) -> None:
        """Raise `SourceError` where a source failed whose policy stops the refresh."""
        if self._landing is not None:
            require_sources(self._landing)

    def require_loads(self) -> None:
        """Raise where a source failed or gate 1 stops the refresh."""
        if self._landing is not None:
            require_loads(self.context, self._landing)
            require_rows(self.context)

    def build(self) -> Build:
        """Make the candidate, build its models and run their tests."""
        self._prepared = prepare(self.context, self.staleness)
        self._staleness = self._prepared.staleness
        self._built = build(self.context, self._prepared)
        self.warnings += self._built.warnings
        return self._built

    def require_build(self) -> None:
        """Raise `GateFailed` where gate 1 or 2 has failed."""
        require_build(
            self.context, load_checks=self._load_checks, prepared=self.prepared, built=self.built
        )

    def evaluate(self) -> Mapping[str, int]:
        """Write metric values, scorecard and alerts; rows by table."""
        return evaluate(self.context, self.prepared.candidate)

    def write_saved_queries(self) -> Mapping[str, int]:
        """Write the tables of saved queries; rows by `schema.table`."""
        return write_saved_queries(self.context, self.prepared.candidate)

    def check(self) -> GateReport:
        """Run gate 3 and report all three."""
        self._gate = check(
            self.context, load_checks=self._load_checks, prepared=self.prepared, built=self.built
        )
        return self._gate

    def sign(self) -> Receipt:
        """Sign the candidate; raises `GateFailed` with every check that failed or did not run."""
        if self._gate is None:
            raise GateFailed(
                f"Run {self.context.run_id} has no receipt: expected gate 3 to run before it is signed. "
                "Run `embudo refresh` again."
            )
        return sign(
            self.context,
            report=self._gate,
            landed=self._landing.result if self._landing else LandingResult(loads=()),
            candidate=self.prepared.candidate,
            built=self.built,
        )

    def publish(self) -> Release:
        """Make the candidate the current release; refused without the gate's receipt."""
        self.released = publish(self.context, self.prepared.candidate, self.built)
        return self.released

    @property
    def staleness(self) -> Staleness:
        """What the current release lacks, as far as the steps so far know."""
        if self._staleness is None:
            self._staleness = staleness_of(
                self.context.project,
                waivers=self.context.waivers,
                full_requested=self.context.full_requested,
            )
        return self._staleness

    @property
    def prepared(self) -> PreparedCandidate:
        """The candidate; opened again where an earlier step ran in another process."""
        if self._prepared is None:
            self._prepared = reopen(self.context, self.staleness)
        return self._prepared

    @property
    def built(self) -> Build:
        """The build; read from disk where it ran in another process."""
        if self._built is None:
            self._built = read_build(self.prepared.candidate)
        return self._built

    @property
    def _load_checks(self) -> tuple[CheckResult, ...]:
        return self._landing.checks if self._landing else ()


def _open_waivers(context: RefreshContext) -> Mapping[str, Waiver]:
    """Failed checks that a person waives in this run: check to its waiver."""
    published = publication.releases(context.home)
    with ingestion.Ledger(context.home.ledger) as ledger:
        settle_waivers(ledger, {release.run_id: release.release_id for release in published})
        return {waiver.check: waiver for waiver in open_waivers(ledger)}
