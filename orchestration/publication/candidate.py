"""The warehouse that one refresh builds: making it, sealing it, clearing old ones away.

A candidate starts as a copy of the current release, or as two new files. Only the refresh that
holds the lock touches it, and dbt writes it in the refresh's own process, so every connection has
to be closed (`transformation.Dbt` does so after each command) before `seal`. Deciding whether it
passes belongs to `quality`; making a release of it belongs to `publish`.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestration.core.errors import PublicationRefused
from orchestration.core.failpoints import failpoint
from orchestration.publication.files import (
    assert_closed,
    copy_file,
    disk_full_as_error,
    refuse_wal,
    sha256,
    sync,
)
from orchestration.publication.layout import (
    ARTIFACTS,
    DATABASES,
    MARTS,
    RECEIPT,
    TEMPORARY,
    WAREHOUSE,
    checked_name,
    is_temporary,
)
from orchestration.publication.releases import current_directory
from orchestration.settings import Home

STORAGE_VERSION = "v1.4.0"
"""The oldest file format that recognises its own `.wal`; older ones replay any."""

KEPT_CANDIDATES = 2


@dataclass(frozen=True)
class Candidate:
    """A warehouse that is being built. `based_on` is a release id, empty for new files."""

    run_id: str
    directory: Path
    full: bool
    based_on: str

    @property
    def warehouse(self) -> Path:
        """The private database."""
        return self.directory / WAREHOUSE

    @property
    def marts(self) -> Path:
        """The public database."""
        return self.directory / MARTS

    @property
    def artifacts(self) -> Path:
        """Where dbt writes its manifests and results."""
        return self.directory / ARTIFACTS

    @property
    def receipt(self) -> Path:
        """Where the gate writes its receipt."""
        return self.directory / RECEIPT


def prepare_candidate(
    home: Home, run_id: str, *, full: bool, kept: int = KEPT_CANDIDATES
) -> Candidate:
    """Make the candidate of a run: copies of the current release's files, or new ones when `full`.

    Older candidates are removed but for the last `kept`. The caller holds the refresh lock. Raises
    `PublicationRefused` where a `.wal` stands beside a file of the current release or of the
    candidate, or the disk is full, and `ReleaseCorrupt` where the current release is corrupt.
    """
    directory = home.candidate(checked_name(run_id))
    base = None if full else current_directory(home)
    for name in DATABASES:
        refuse_wal(directory / name)
        if base is not None:
            refuse_wal(base / name)
    clean_candidates(home, kept=kept, sparing=run_id)
    if directory.exists():
        shutil.rmtree(directory)
    with disk_full_as_error(directory):
        directory.mkdir(parents=True)
        (directory / ARTIFACTS).mkdir()
    failpoint("candidate.made")
    for name in DATABASES:
        if base is None:
            _create(directory / name)
        else:
            copy_file(base / name, directory / name)
        failpoint(f"candidate.{Path(name).stem}_ready")
    return Candidate(
        run_id=run_id,
        directory=directory,
        full=base is None,
        based_on=base.name if base is not None else "",
    )


def open_candidate(home: Home, run_id: str, *, full: bool = False, based_on: str = "") -> Candidate:
    """The candidate of a run that was prepared before; raises `PublicationRefused` where there is
    none.
    """
    directory = home.candidate(checked_name(run_id))
    missing = [name for name in DATABASES if not (directory / name).is_file()]
    if missing:
        raise PublicationRefused(
            f"Run {run_id} has no candidate: expected {' and '.join(missing)} in {directory}. "
            "Run `embudo refresh`."
        )
    return Candidate(run_id=run_id, directory=directory, full=full, based_on=based_on)


def seal(candidate: Candidate) -> Mapping[str, str]:
    """Write all changes into the database files and return file name to sha256, for the receipt.

    Nothing may write the candidate afterwards. Raises `PublicationRefused` where a connection of
    this process or another one is still open, or a `.wal` is left.
    """
    for path in (candidate.warehouse, candidate.marts):
        assert_closed(path)
        refuse_wal(path)
        _checkpoint(path)
        refuse_wal(path)
    failpoint("candidate.checkpointed")
    files = {path.name: sha256(path) for path in (candidate.warehouse, candidate.marts)}
    failpoint("candidate.sealed")
    return files


def clean_candidates(
    home: Home, *, kept: int = KEPT_CANDIDATES, sparing: str = ""
) -> tuple[str, ...]:
    """Remove temporary leftovers and all but the `kept` newest candidates; the names that went.

    `sparing` is a candidate that is neither counted nor removed.
    """
    if not home.candidates.is_dir():
        return ()
    entries = [path for path in home.candidates.iterdir() if path.name != sparing]
    leftovers = [path for path in entries if is_temporary(path) or not path.is_dir()]
    failed = sorted(
        (path for path in entries if path not in leftovers),
        key=lambda path: path.stat().st_mtime,
        reverse=True,
    )
    gone = leftovers + failed[kept:]
    for path in gone:
        _remove(path)
    return tuple(path.name for path in gone)


def remove_candidate(home: Home, run_id: str) -> bool:
    """Remove the candidate of a run; whether there was one."""
    directory = home.candidate(checked_name(run_id))
    was_there = directory.is_dir()
    if was_there:
        _remove(directory)
    return was_there


def _remove(path: Path) -> None:
    if not path.is_dir():
        path.unlink()
        return
    temporary = (
        path if is_temporary(path) else path.rename(path.with_name(f".{path.name}{TEMPORARY}"))
    )
    shutil.rmtree(temporary)


def _create(path: Path) -> None:
    import duckdb

    with disk_full_as_error(path), duckdb.connect() as connection:
        connection.execute(f"attach {_quoted(path)} as made (storage_version '{STORAGE_VERSION}')")
        connection.execute("checkpoint made")
        connection.execute("detach made")
    sync(path)


def _checkpoint(path: Path) -> None:
    import duckdb

    try:
        with disk_full_as_error(path), duckdb.connect(str(path)) as connection:
            connection.execute("force checkpoint")
    except duckdb.IOException as error:
        raise PublicationRefused(
            f"{path} cannot be closed for publication: {str(error).splitlines()[0]} End the "
            "process that holds it, "
            "or free some disk, then refresh again."
        ) from error


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
