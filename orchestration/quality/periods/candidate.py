"""The periods of a candidate: every stream's counts beside the last release's, and the company as a whole."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from orchestration.quality.databases import Databases, company_zone, identifier
from orchestration.quality.landed_columns import landed
from orchestration.quality.masking import shown
from orchestration.quality.periods.cells import fingerprint
from orchestration.quality.periods.counting import count_periods, write_periods
from orchestration.quality.periods.slices import StreamPeriods, read_periods
from orchestration.quality.periods.volumes import Company, company_of
from orchestration.settings.contract_loading import load_contract

_LONGEST = 40


@dataclass(frozen=True)
class CandidatePeriods:
    """Streams by source, what they say together, and the company's time zone."""

    streams: tuple[StreamPeriods, ...]
    company: Company
    zone: str

    def word(self, databases: Databases, stream: str, column: str, value: str) -> str:
        """The value that a fingerprint stands for, as it may be shown; empty for a private column or none."""
        declared = load_contract()[stream].column(column)
        if declared.is_private:
            return ""
        with databases.open() as connection:
            row = connection.execute(
                f"select {identifier(column)} from {landed(stream)} "
                f"where {fingerprint(identifier(column))} = ? limit 1",
                [value],
            ).fetchone()
        return f"'{shown((row[0],))[0][:_LONGEST]}'" if row else ""


def periods_of(
    databases: Databases,
    directory: Path,
    previous: Path | None,
    *,
    remapped: Collection[tuple[str, str]] = (),
) -> CandidatePeriods:
    """Count a candidate's rows, and keep the counts in its folder for the next release; raises what DuckDB raises.

    What the last release knew of the values of `remapped` sources and streams is not compared with.
    """
    with databases.open() as connection:
        count_periods(connection, previous)
        write_periods(connection, directory)
        streams = tuple(read_periods(connection))
        zone = company_zone(connection)
    for periods in streams:
        if (periods.source, periods.stream) in remapped:
            periods.seen.clear()
    return CandidatePeriods(streams=streams, company=company_of(streams), zone=zone)
