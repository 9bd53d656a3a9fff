"""Plain records that packages pass to one another.

`ingestion`, `transformation`, `quality` and `publication` do not import one another; what they
share is here, as frozen data without behaviour. Reading or writing files does not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

Severity = Literal["error", "warn"]
Outcome = Literal["pass", "warn", "fail"]


class Reporter(Protocol):
    """Where a long task reports its progress; the command line shows it, Dagster logs it."""

    def step(self, name: str) -> None:
        """Begin a named step; the step before it ends."""

    def detail(self, text: str) -> None:
        """Report a count or a fact about the current step."""


@dataclass(frozen=True)
class StepFacts:
    """One step of a refresh: when it began (UTC), how long it took, what it wrote, the most memory so far."""

    step: str
    started_at: datetime
    seconds: float
    rows: int | None
    size_bytes: int | None
    peak_memory_bytes: int


@dataclass(frozen=True)
class AssetFacts:
    """One asset (a load, a seed, a model) that a refresh built or read; `seconds` is wall time."""

    asset: str
    kind: str
    seconds: float | None
    rows: int | None
    size_bytes: int | None
    peak_memory_bytes: int | None
    """The most that the process had held when the asset was done."""


@dataclass(frozen=True)
class Load:
    """One batch of one stream, landed all or nothing.

    `rows_read` = `rows_landed` + `rows_quarantined` + `rows_skipped`, where skipped rows are those that the
    selection's `where` leaves to other streams. Times are UTC.
    """

    load_id: str
    load_seq: int
    source: str
    stream: str
    landed_at: datetime
    rows_read: int
    rows_landed: int
    rows_quarantined: int
    rows_skipped: int
    files: tuple[str, ...]
    size_bytes: int


@dataclass(frozen=True)
class NewColumns:
    """Columns that a source's files did not have before: kept as `_extra`, and reported once."""

    source: str
    stream: str
    file: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class RejectedFile:
    """A file that was not landed at all, and why."""

    source: str
    stream: str
    file: str
    reason: str


@dataclass(frozen=True)
class RemovedStream:
    """A stream that embudo.yml no longer names and that the current release still holds.

    `rows` and `files` are what it landed, `known_as` the named sources that landed `known_files` of its files too.
    """

    source: str
    stream: str
    loads: tuple[str, ...]
    files: int
    rows: int
    known_as: tuple[str, ...] = ()
    known_files: int = 0

    @property
    def is_renamed(self) -> bool:
        """Whether all that it landed counts under another name."""
        return self.files == self.known_files

    def __str__(self) -> str:
        name = f"{self.source}.{self.stream}"
        others = ", ".join(f"{source}.{self.stream}" for source in self.known_as)
        if self.is_renamed:
            return (
                f"{name} is {others} now: its {self.files:,} file(s) with {self.rows:,} rows are known by their "
                "content and count once"
            )
        loads = f"{self.rows:,} rows of {len(self.loads):,} load(s)"
        known = (
            f" ({self.known_files:,} of its {self.files:,} files count as {others})"
            if others
            else ""
        )
        return f"embudo.yml no longer names {name}: {loads} no longer count{known}"


@dataclass(frozen=True)
class CopiedFiles:
    """Files of a stream that another source has landed too, by the same mapping: their rows count twice."""

    source: str
    stream: str
    other: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class UnselectedFile:
    """A file that landed, and that no `files` of its stream in embudo.yml names any more: its rows no longer count."""

    source: str
    stream: str
    file: str

    def __str__(self) -> str:
        return (
            f"{self.source}.{self.stream}: rows of {self.file} no longer count, since no `files` in embudo.yml names "
            "it; where that is not meant, widen the pattern"
        )


@dataclass(frozen=True)
class SourceFailure:
    """A stream that could not be fetched from its source, and why. `is_fatal`: the source's policy stops the
    refresh, once the other sources have landed.
    """

    source: str
    stream: str
    reason: str
    is_fatal: bool


@dataclass(frozen=True)
class QuarantinedLoad:
    """A load that landed and that the gate keeps out of every build until it is fixed or waived.

    `check` is the check that it broke; `at` is naive UTC.
    """

    load_id: str
    source: str
    stream: str
    check: str
    reason: str
    run_id: str
    at: datetime
    rows_landed: int


@dataclass(frozen=True)
class FailedCheck:
    """A check as a refresh found it: `failures` rows, or what `observed` states. `ran` is False where it could not
    run, and nothing was found.
    """

    check: str
    """`name on subject`."""
    run_id: str
    observed: str
    failures: int
    ran: bool = True


@dataclass(frozen=True)
class Waiver:
    """A failed check that a person waives once, for what a refresh found. `check` is `name on subject`."""

    check: str
    because: str
    signed_by: str
    at: datetime
    seen: FailedCheck | None = None
    """What it is for; one without it is of an earlier version, and lets nothing through."""
    until: datetime | None = None
    """When it ends, used or not."""
    withdrawn: bool = False
    used_by: str = ""
    """The run that needed it; empty while it is open."""
    release_id: str = ""
    """The release that was published with it."""

    @property
    def is_open(self) -> bool:
        """Whether the next refresh may use it."""
        return not self.withdrawn and not self.used_by and not self.has_ended

    @property
    def has_ended(self) -> bool:
        """Whether its time is over."""
        return self.until is not None and self.until <= datetime.now(UTC)

    @property
    def text(self) -> str:
        """Who signed it, when and why, as it is shown beside the failed check."""
        return f"{self.signed_by}, {self.at:%Y-%m-%d %H:%M} UTC: {self.because}"


@dataclass(frozen=True)
class LandingResult:
    """What one scan of the inboxes brought."""

    loads: tuple[Load, ...]
    rejected_files: tuple[RejectedFile, ...] = ()
    replaced_loads: tuple[str, ...] = ()
    """Loads whose files were read again because their mapping changed: history must be rebuilt."""
    failures: tuple[SourceFailure, ...] = ()
    """Streams that are older than they could be, because their source did not answer."""
    new_columns: tuple[NewColumns, ...] = ()
    removed: tuple[RemovedStream, ...] = ()
    """Streams that left embudo.yml since the current release."""
    copied: tuple[CopiedFiles, ...] = ()
    unselected: tuple[UnselectedFile, ...] = ()
    """Files that no `files` of their stream names any more: their rows have left."""


@dataclass(frozen=True)
class CheckResult:
    """One check of the gate.

    `gate` is 1 (loads), 2 (dbt) or 3 (marts and metrics). `sample_keys` never has contact data.
    """

    gate: int
    name: str
    subject: str
    """The stream, model or metric that was examined."""
    outcome: Outcome
    severity: Severity
    observed: str
    expected: str
    failures: int = 0
    sample_keys: tuple[str, ...] = ()
    sample_rows: tuple[str, ...] = ()
    """Those of the sample keys that landed rows have, each with file and line."""
    seconds: float = 0.0
    warn_limit: int | None = None
    """More failures than this and a warning is past its limit: nothing is published."""
    ran: bool = True
    """False where the check could not run (skipped, raised): such a check has failed."""
    waiver: str = ""
    """Who waives its failure for one refresh, and why; empty where nobody does."""
    failed_keys: tuple[str, ...] = ()
    """Keys of all rows that fail it, as far as they are kept; never contact data."""
    remedy: str = ""
    """What to do where it does not pass; empty where the check has no advice of its own."""
    exception: str = ""
    """The standing exceptions that cover what it found, or a part of it, each with its end and reason."""

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> CheckResult:
        """A check from its fields as JSON has them; raises TypeError for one that there is not."""
        lists = {name: tuple(fields.get(name, ())) for name in ("sample_keys", "sample_rows")}
        return cls(**{**fields, **lists})

    @property
    def title(self) -> str:
        """Its name where one check has several subjects: `name on subject`."""
        return f"{self.name} on {self.subject}"


@dataclass(frozen=True)
class GateReport:
    """All the checks of one candidate."""

    run_id: str
    checks: tuple[CheckResult, ...]
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        """The checks that keep the candidate from becoming a release."""
        return tuple(check for check in self.checks if check.outcome == "fail")

    @property
    def verdict(self) -> Outcome:
        """`fail` if any check failed, `warn` if any warned, else `pass`."""
        if self.failed:
            return "fail"
        return "warn" if any(check.outcome == "warn" for check in self.checks) else "pass"


@dataclass(frozen=True)
class ReleaseWarning:
    """A check of a release's gate that warned, whose failure a person waived, or that passes by a standing exception.

    It concerns the answers that one of `streams` or `models` feeds, and all answers where it has neither.
    """

    check: str
    subject: str
    """As the check names it: a stream (`crm.deals`), a source, a model or a metric."""
    observed: str
    """What it found, shortened; `gate.json` of the release has all of it."""
    expected: str
    remedy: str
    """What to do next."""
    streams: tuple[str, ...] = ()
    """`source.stream`, or `stream` where it is of no one source."""
    models: tuple[str, ...] = ()
    """dbt's models and seeds that it examined."""
    outcome: Outcome = "warn"
    """`pass` where a standing exception covers all of what it found."""
    waiver: str = ""
    """Who waived its failure, when and why; empty where it only warned."""
    exception: str = ""
    """The standing exceptions that cover what it found, or a part of it, each with its end and reason."""

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> ReleaseWarning:
        """A warning from its fields as JSON has them; raises TypeError for one that there is not."""
        lists = {name: tuple(fields.get(name, ())) for name in ("streams", "models")}
        return cls(**{**fields, **lists})

    @property
    def title(self) -> str:
        """Check and subject, as waivers name them: `name on subject`."""
        return f"{self.check} on {self.subject}"

    @property
    def is_open(self) -> bool:
        """Whether nobody waived it, and no exception covers all of it."""
        return self.outcome == "warn" and not self.waiver


@dataclass(frozen=True)
class Erasure:
    """That somebody was forgotten, and by whom; `at` is UTC, ISO 8601, `rows` those that went or changed."""

    erasure_id: str
    at: str
    by: str
    rows: int = 0


@dataclass(frozen=True)
class Release:
    """An immutable published warehouse. Times are UTC."""

    release_id: str
    run_id: str
    published_at: datetime
    as_of: datetime
    verdict: Outcome
    full: bool
    loads: tuple[str, ...]
    files: Mapping[str, str]
    """File name to sha256."""
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    """File name to a digest that takes milliseconds; empty in releases of earlier versions."""
    is_current: bool = False
    streams: Mapping[str, str] = field(default_factory=dict)
    """`source.stream` to the time (UTC, ISO 8601) of its last load."""
    rows: Mapping[str, int] = field(default_factory=dict)
    """Mart (`schema.table`) to its number of rows."""
    based_on: str = ""
    """The release that this one was built upon; empty for a first or full build."""
    duckdb_version: str = ""
    currency: str = ""
    """The reporting currency that amounts are in."""
    time_zone: str = ""
    """The zone whose days, weeks and months the figures are in."""
    accepted: Mapping[str, str] = field(default_factory=dict)
    """Check (`name on subject`) to who waived its failure, when and why."""
    warnings: tuple[ReleaseWarning, ...] = ()
    """Checks that warned, were waived or are excepted; none in releases of earlier versions."""
    erasures: tuple[Erasure, ...] = ()
    """Who was taken out of the release after it was published, never by name."""


@dataclass(frozen=True)
class Receipt:
    """What the gate signs and publishing requires; bound to one run and to the bytes of its files."""

    run_id: str
    verdict: Outcome
    files: Mapping[str, str]
    """File name to sha256."""
    required: tuple[str, ...]
    """Names of the checks that had to run."""
    checks: tuple[CheckResult, ...]
    """Every check that ran."""
    signed_at: datetime
