"""What the current release was built from, and which loads count now: the two sides of staleness."""

from __future__ import annotations

from orchestration.core.records import RemovedStream
from orchestration.ingestion import Ledger
from orchestration.ingestion.ledger.loads import active_loads
from orchestration.ingestion.ledger.unnamed_streams import UnnamedFile, unnamed_files
from orchestration.publication.releases import current_release
from orchestration.settings import Home
from orchestration.settings.project import BuildState

BUILD_STATE = "build.json"
"""What a release was built from, beside its databases."""


def released_state(home: Home) -> BuildState | None:
    """The fingerprints that the current release was built from; None where there is no release.

    Raises `ReleaseCorrupt` where files of it are missing, or are not as they were published.
    """
    current = current_release(home, is_idle=True)
    return BuildState.read(home.release(current.release_id) / BUILD_STATE) if current else None


def removed_streams(home: Home, before: BuildState) -> tuple[RemovedStream, ...]:
    """Streams whose loads a release in state `before` holds and that embudo.yml no longer names.

    As the ledger had it when the sources were last read: `record_named_streams`.
    """
    with Ledger(home.ledger) as ledger:
        files = [file for file in unnamed_files(ledger) if file.load_id in before.landed]
    by_stream: dict[tuple[str, str], list[UnnamedFile]] = {}
    for file in files:
        by_stream.setdefault((file.source, file.stream), []).append(file)
    return tuple(
        RemovedStream(
            source=source,
            stream=stream,
            loads=tuple(dict.fromkeys(file.load_id for file in of_stream)),
            files=len(of_stream),
            rows=sum(file.rows_landed for file in of_stream),
            known_as=tuple(sorted({name for file in of_stream for name in file.known_as})),
            known_files=sum(bool(file.known_as) for file in of_stream),
        )
        for (source, stream), of_stream in by_stream.items()
    )


def effective_loads(home: Home) -> dict[str, list[int]]:
    """Loads of which something counts, in the order of landing, each with those of its parts that do not."""
    with Ledger(home.ledger) as ledger:
        return {load.load_id: list(gone) for load, gone in active_loads(ledger)}
