"""Gate 1: whether everything that a source should bring has landed."""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.quality.outcomes import Finding
from orchestration.quality.registry import check
from orchestration.quality.subjects import LandedSource

SOURCES_ANSWERED = "loads.sources_answered"
FILES_REJECTED = "loads.rejected_files"


@check(
    gate=1,
    name=FILES_REJECTED,
    on="each source",
    per="source",
    policy="warn",
    nothing="no file rejected",
    remedy="Change the file, or its entry in embudo.yml, as the reason explains, and run `embudo refresh`: it "
    "is read again.",
)
def files_rejected(subject: LandedSource) -> Iterator[Finding]:
    """Files that did not land at all: one result per file."""
    for file in subject.landed.rejected_files:
        if file.source == subject.source:
            yield Finding(
                passed=False,
                subject=f"{file.source}.{file.stream}",
                observed=f"{file.file} rejected: {file.reason}",
                expected="every file lands",
                failures=1,
            )


@check(
    gate=1,
    name="loads.new_columns",
    on="each source",
    per="source",
    policy="warn",
    nothing="no column that earlier files had not",
    remedy="Map the column under `columns` in embudo.yml if it means something; a column that was renamed "
    "has to be mapped under its new name.",
)
def new_columns(subject: LandedSource) -> Iterator[Finding]:
    """Columns that no earlier file of the stream had; they are kept in `_extra`."""
    for new in subject.landed.new_columns:
        if new.source == subject.source:
            yield Finding(
                passed=False,
                subject=f"{new.source}.{new.stream}",
                observed=f"{new.file} has {', '.join(new.columns)}, which no file had before",
                expected="the columns of earlier files; new ones are kept in `_extra` until embudo.yml maps them",
                failures=len(new.columns),
            )


@check(
    gate=1,
    name="loads.required_streams",
    on="each source",
    per="source",
    nothing="no stream is required",
    remedy="Deliver the files of the stream, or take it out of `required` in embudo.yml.",
)
def required_streams(subject: LandedSource) -> Iterator[Finding]:
    """Streams under `required` in embudo.yml that have never landed."""
    present = {f"{load.source}.{load.stream}" for load in subject.loads}
    for stream in subject.required:
        yield Finding(
            passed=stream in present,
            subject=stream,
            observed="landed" if stream in present else "never landed",
            expected="at least one load",
        )


@check(
    gate=1,
    name=SOURCES_ANSWERED,
    on="each source",
    per="source",
    nothing="no source failed",
    remedy="Check the address, the credentials in the environment and the service itself; the next refresh "
    "fetches again from where this one stopped.",
)
def sources_answered(subject: LandedSource) -> Iterator[Finding]:
    """Streams whose API did not answer; what it answered before stays."""
    for failure in subject.landed.failures:
        if failure.source == subject.source:
            yield Finding(
                passed=False,
                subject=f"{failure.source}.{failure.stream}",
                severity="error" if failure.is_fatal else "warn",
                observed=failure.reason,
                expected="every source that is requested answers",
                failures=1,
            )


@check(
    gate=1,
    name="loads.removed_streams",
    on="each source",
    per="source",
    policy="warn",
    nothing="every stream of the current release is named",
    remedy="Nothing, where that is meant: it is reported once. Else name the stream again in embudo.yml: what it "
    "landed is kept, and counts again with the next refresh.",
)
def removed_streams(subject: LandedSource) -> Iterator[Finding]:
    """Streams of the current release that embudo.yml no longer names: their rows leave every figure."""
    for stream in subject.landed.removed:
        if stream.source == subject.source:
            yield Finding(
                passed=stream.is_renamed,
                subject=f"{stream.source}.{stream.stream}",
                observed=str(stream),
                expected="every stream of the current release is named in embudo.yml",
                failures=0 if stream.is_renamed else stream.rows,
            )


@check(
    gate=1,
    name="loads.copied_files",
    on="each source",
    per="source",
    policy="warn",
    nothing="no file of another source",
    remedy="Take one of the two sources out of embudo.yml; what it landed leaves the figures with the next refresh.",
)
def copied_files(subject: LandedSource) -> Iterator[Finding]:
    """Files that another source has landed too, for the same stream by the same mapping: their rows count twice."""
    for copied in subject.landed.copied:
        if copied.source == subject.source:
            more = f" and {len(copied.files) - 1:,} more" if len(copied.files) > 1 else ""
            yield Finding(
                passed=False,
                subject=f"{copied.source}.{copied.stream}",
                observed=f"{copied.files[0]}{more} landed as {copied.other}.{copied.stream} too, by the same mapping",
                expected="each file counts in one source",
                failures=len(copied.files),
            )
