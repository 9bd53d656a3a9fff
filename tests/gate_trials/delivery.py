"""The month that is delivered after a good release: the files that a damage is done to.

Which damages there are stands in `damages`; what a file holds in `sheets`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from tests.gate_trials.sheets import Sheet, read_sheet, write_sheet
from tests.gate_trials.streams import BY_NAME, STREAMS, Stream

MONTH = "2026-06"
"""The month that is new in each trial."""


@dataclass(frozen=True)
class Delivery:
    """An inbox with earlier months, and the new month's files."""

    inbox: Path
    month: str = MONTH

    def path(self, stream: Stream, month: str = "") -> Path:
        """Where a month's file of a stream stands; it need not exist."""
        layout = stream.layout
        return self.inbox / layout.folder / f"{layout.stem}_{month or self.month}.{layout.kind}"

    def has(self, stream: Stream, month: str = "") -> bool:
        """Whether a stream has a file of the month."""
        return self.path(stream, month).exists()

    def read(self, stream: Stream, month: str = "") -> Sheet:
        """The rows of a month's file."""
        return read_sheet(self.path(stream, month), stream)

    def parts(self, stream: Stream, month: str = "") -> Sheet | None:
        """The file of the rows that go with a stream's rows: lines of orders, changes of stage of deals."""
        return self.read(BY_NAME[stream.parts], month) if stream.parts else None

    def write(self, *sheets: Sheet | None) -> None:
        """Rewrite files."""
        for sheet in sheets:
            if sheet is not None:
                write_sheet(sheet)

    def add(self, sheet: Sheet, name: str) -> None:
        """Write rows as another file of their stream, which the mapping finds too."""
        layout = sheet.stream.layout
        sheet.path = self.inbox / layout.folder / f"{layout.stem}_{name}.{layout.kind}"
        write_sheet(sheet)

    def regions(self) -> dict[str, str]:
        """Region of each user, by id and by phone extension."""
        regions = {}
        for path in sorted((self.inbox / "crm").glob("usuarios_*.csv")):
            with path.open(encoding="latin-1", newline="") as file:
                for row in csv.DictReader(file, delimiter=";"):
                    regions[row["Id"]] = regions[row["Extensión"]] = row["Zona"]
        return regions

    def of_source(self, source: str) -> list[Stream]:
        """The streams of a source that have a file of the month."""
        return [stream for stream in STREAMS if stream.source == source and self.has(stream)]

    def earlier_months(self, stream: Stream) -> list[str]:
        """The months before that have a file, oldest first."""
        layout = stream.layout
        files = (self.inbox / layout.folder).glob(f"{layout.stem}_*.{layout.kind}")
        months = sorted(path.stem.removeprefix(f"{layout.stem}_") for path in files)
        return [month for month in months if month < self.month]
