"""The ground truth of the exports: rows of every stream, their defects, and the true figures.

Computed from the company's arrays, never from the files. `truth.json` lies beside the inbox, not in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from sandbox import interaction_metrics, sales_metrics
from sandbox.clock import EPOCH
from sandbox.company import Company
from sandbox.exports import Export, Written
from sandbox.figures import Figure
from sandbox.snapshot import Snapshot

FILE_NAME = "truth.json"


@dataclass(frozen=True)
class MadeWith:
    """The arguments of `generate`, and the last day that was written."""

    seed: int
    scale: float
    months: int
    end: str
    until: str
    troubles: bool = False


@dataclass(frozen=True)
class StreamTruth:
    """Rows of one stream over all its files. `read` = `landed` + `quarantined`."""

    source: str
    stream: str
    files: int
    read: int
    landed: int
    quarantined: int
    repeats: int
    """Landed rows that repeat another row, or by then an older version of it."""


@dataclass(frozen=True)
class BrokenLine:
    """One line that must go to quarantine."""

    source: str
    stream: str
    file: str
    """Relative to the inbox."""
    line: int
    reason: str


@dataclass(frozen=True)
class Truth:
    """The ground truth of a generated folder."""

    made_with: MadeWith
    as_of: str
    """The latest business time, UTC."""
    streams: Mapping[str, StreamTruth]
    """By `source.stream`."""
    quarantine: Sequence[BrokenLine]
    matches: Mapping[str, Mapping[str, int]]
    metrics: Mapping[str, Figure] = field(default_factory=dict)

    def metric(self, name: str) -> Figure:
        """The figure of a metric."""
        return self.metrics[name]

    def write(self, folder: Path) -> None:
        """Write `truth.json` into `folder`."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        (folder / FILE_NAME).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Truth:
        """The truth of a generated folder."""
        content = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        return cls(
            made_with=MadeWith(**content["made_with"]),
            as_of=content["as_of"],
            streams={name: StreamTruth(**stream) for name, stream in content["streams"].items()},
            quarantine=[BrokenLine(**line) for line in content["quarantine"]],
            matches=content["matches"],
            metrics={name: Figure(**figure) for name, figure in content["metrics"].items()},
        )


def figures(snapshot: Snapshot) -> dict[str, Figure]:
    """Every true figure."""
    sold = sales_metrics.revenue(snapshot)
    return {
        **sold,
        **sales_metrics.costs(snapshot, sold),
        **sales_metrics.deals(snapshot),
        **sales_metrics.leads(snapshot),
        **interaction_metrics.calls(snapshot),
        **interaction_metrics.activities(snapshot),
        **interaction_metrics.emails(snapshot),
        **interaction_metrics.people(snapshot),
    }


def make_truth(
    company: Company,
    exports: Sequence[Export],
    written: Sequence[Written],
    *,
    made_with: MadeWith,
    until: int,
    earlier: Truth | None = None,
) -> Truth:
    """The truth of all that was exported up to and with day `until`; `written` continues `earlier`."""
    snapshot = Snapshot(company, until)
    lines = [
        BrokenLine(w.source, w.stream, w.file, line, reason)
        for w in written
        for line, reason in w.broken
    ]
    streams = {}
    for export in exports:
        stream = _stream(company, export, written, until)
        name = f"{stream.source}.{stream.stream}"
        before = earlier.streams.get(name) if earlier else None
        streams[name] = stream if before is None else _added(before, stream)
    as_of = datetime(EPOCH.year, 1, 1, tzinfo=UTC) + timedelta(seconds=snapshot.as_of)
    return Truth(
        made_with=made_with,
        as_of=as_of.strftime("%Y-%m-%dT%H:%M:%SZ"),
        streams=streams,
        quarantine=[*(earlier.quarantine if earlier else ()), *lines],
        matches=interaction_metrics.matches(snapshot),
        metrics=figures(snapshot),
    )


def _stream(
    company: Company, export: Export, written: Sequence[Written], until: int
) -> StreamTruth:
    layout = export.layout
    files = [w for w in written if (w.source, w.stream) == (layout.source, layout.stream)]
    is_mailings = (layout.source, layout.stream) == ("mailer", "campaigns")
    first_time = company.streams["mailings" if is_mailings else layout.stream]
    read, broken = sum(w.rows for w in files), sum(len(w.broken) for w in files)
    shown = int(np.count_nonzero(export.frame.exported_on <= until))
    return StreamTruth(
        layout.source,
        layout.stream,
        files=len(files),
        read=read,
        landed=read - broken,
        quarantined=broken,
        repeats=shown - len(first_time.exported_by(until)),
    )


def _added(before: StreamTruth, now: StreamTruth) -> StreamTruth:
    return StreamTruth(
        now.source,
        now.stream,
        files=before.files + now.files,
        read=before.read + now.read,
        landed=before.landed + now.landed,
        quarantined=before.quarantined + now.quarantined,
        repeats=now.repeats,
    )
