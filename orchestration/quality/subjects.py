"""What check functions are given: a landed load, a source's loads, or a candidate.

Plain records; reading the ledger or the release belongs to whoever runs the gate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from orchestration.core.records import CheckResult, LandingResult, Load, Waiver
from orchestration.quality.databases import Databases
from orchestration.quality.intended_changes import Affected, IntendedChanges
from orchestration.quality.load_profile import LoadProfile
from orchestration.quality.metric_values import MetricMeta, MetricValue
from orchestration.quality.periods.candidate import CandidatePeriods, periods_of
from orchestration.quality.standing_exceptions import StandingExceptions
from orchestration.quality.suites import MartSuite, read_suites
from orchestration.settings.project import PROJECT_ROOT

NO_EXCEPTIONS = StandingExceptions()
NO_CHANGES = IntendedChanges()


_FILES = 2
"""Files of a load that results name; the others are counted."""


class NodeOutcome(Protocol):
    """How one model, seed or test of dbt ended, as `transformation` reports it."""

    @property
    def unique_id(self) -> str:
        """dbt's id, e.g. `test.embudo.is_key_dim_reps_rep_version_key.1a2b`."""

    @property
    def status(self) -> str:
        """dbt's word: success, pass, warn, fail, error, skipped."""

    @property
    def seconds(self) -> float:
        """Wall time."""

    @property
    def message(self) -> str:
        """dbt's message."""

    @property
    def failures(self) -> int:
        """Failing rows of a test."""


@dataclass(frozen=True)
class Definitions:
    """What a project defines, from which families of checks derive their names.

    `manifest` is dbt's; `root` the folder of the suite files' models.
    """

    manifest: Mapping[str, Any]
    metrics: Sequence[MetricMeta] = ()
    revenue_from: str = "orders"
    unit_tests: bool = False
    root: Path = PROJECT_ROOT

    @cached_property
    def suites(self) -> tuple[MartSuite, ...]:
        """The suite files beside the marts; raises `SettingsInvalid`."""
        return read_suites(self.root)


@dataclass(frozen=True)
class LandedLoad:
    """A load that no release holds yet, with the earlier loads of its stream in order.

    `profiles` is load id to profile, of earlier loads too; `is_snapshot`: what its files lack counts as deleted.
    """

    load: Load
    before: tuple[Load, ...] = ()
    profiles: Mapping[str, LoadProfile] = field(default_factory=dict)
    is_snapshot: bool = False

    @property
    def name(self) -> str:
        """The load and some of its files, as results name it."""
        files = self.load.files
        more = f" and {len(files) - _FILES:,} more" if len(files) > _FILES else ""
        named = f" ({', '.join(files[:_FILES])}{more})" if files else ""
        return f"load {self.load.load_id}{named}"

    @property
    def profile(self) -> LoadProfile | None:
        """The load's own profile, where there is one."""
        return self.profiles.get(self.load.load_id)


@dataclass(frozen=True)
class LandedSource:
    """One source among the others: what this run landed, and every load that counts.

    `newest` is source to its latest business time (naive UTC); `required` are `source.stream` of this
    source that must have landed at least once.
    """

    source: str
    landed: LandingResult
    loads: Sequence[Load] = ()
    newest: Mapping[str, datetime] = field(default_factory=dict)
    required: tuple[str, ...] = ()


@dataclass(frozen=True)
class GateInput:
    """A candidate whose databases are closed, with what gates 2 and 3 compare it with.

    `loads` are gate 1's results; `outcomes` dbt's nodes of all builds of this refresh; `values` every
    metric by month, `previous_values` those of the last release; `previous_rows` mart to rows in the last
    release (empty for none), `previous` the last release's folder; `complete_before` the first day of the
    month that holds the data-as-of day; `waivers` check to who waives its failure, and why; `limits` those
    of embudo.yml by name.
    """

    run_id: str
    directory: Path
    artifacts: Path
    manifest: Mapping[str, Any]
    loads: Sequence[CheckResult] = ()
    outcomes: Iterable[NodeOutcome] = ()
    metrics: Sequence[MetricMeta] = ()
    values: Iterable[MetricValue] = ()
    complete_before: date = date.max
    previous_values: Iterable[MetricValue] = ()
    previous_rows: Mapping[str, int] = field(default_factory=dict)
    previous: Path | None = None
    revenue_from: str = "orders"
    limits: Mapping[str, float] = field(default_factory=dict)
    waivers: Mapping[str, Waiver] = field(default_factory=dict)
    root: Path = PROJECT_ROOT
    exceptions: StandingExceptions = NO_EXCEPTIONS
    changes: IntendedChanges = NO_CHANGES
    zones: Mapping[str, str] = field(default_factory=dict)
    """Source to the time zone of its times."""

    @cached_property
    def periods(self) -> CandidatePeriods:
        """Each stream's rows by month; counted once, and kept in the candidate's folder."""
        return periods_of(
            self.databases, self.directory, self.previous, remapped=self.changes.mappings
        )

    @cached_property
    def affected(self) -> Affected:
        """What was changed on purpose since the last release, and which checks that concerns."""
        suites = self.definitions.suites if self.changes else ()
        return Affected(self.changes, self.manifest, suites)

    @cached_property
    def databases(self) -> Databases:
        """Both databases of the candidate."""
        return Databases.of(self.directory)

    @cached_property
    def definitions(self) -> Definitions:
        """What the candidate was built from."""
        return Definitions(
            manifest=self.manifest,
            metrics=self.metrics,
            revenue_from=self.revenue_from,
            root=self.root,
        )

    @cached_property
    def last_outcomes(self) -> Mapping[str, NodeOutcome]:
        """dbt's nodes by id; where one ran twice, its last outcome."""
        return {outcome.unique_id: outcome for outcome in self.outcomes}
