"""A sealed candidate with a receipt becomes the current release; there is no other way.

Every step is one that a crash may follow: before the rename the old release is intact and current,
after it `recover` finishes the switch. Tests kill the process at each step (`failpoints.PUBLISH`).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from orchestration.core.errors import PublicationRefused
from orchestration.core.failpoints import failpoint
from orchestration.core.records import Receipt, Release, ReleaseWarning
from orchestration.publication.candidate import Candidate
from orchestration.publication.files import (
    assert_closed,
    copy_file,
    disk_full_as_error,
    refuse_wal,
    sha256,
    sync,
    write_durably,
)
from orchestration.publication.fingerprints import fingerprint
from orchestration.publication.layout import (
    DATABASES,
    KEPT_SUFFIXES,
    MANIFEST,
    RELEASE,
    SEMANTIC_MANIFEST,
    checked_name,
    intent_of,
    mode_in_release,
)
from orchestration.publication.receipt import read_receipt, verify_receipt
from orchestration.publication.releases import newest_id, release_text, switch
from orchestration.settings import Home

_CLOCK = "%Y%m%dT%H%M%SZ"


def publish(
    home: Home,
    candidate: Candidate,
    *,
    required_checks: Collection[str],
    release_id: str | None = None,
    warnings: Sequence[ReleaseWarning] = (),
) -> Release:
    """Make the candidate the current release and return the release.

    `required_checks` are the names of the checks that must have run, worked out by the caller from
    the candidate's manifest and not from its receipt. `release_id` is the id that rows of the
    candidate carry already (see `next_release_id`), where they do; `warnings` is what the release is to
    keep of checks that warned or were waived. The caller holds the refresh
    lock. Raises `PublicationRefused` where another release was published since that id was made, without a
    receipt that lets exactly these bytes out, with a `.wal` beside a file, with a connection open, or
    with a table of the manifest missing: nothing is changed then.
    """
    directory = candidate.directory
    receipt = read_receipt(candidate.receipt)
    for name in DATABASES:
        assert_closed(directory / name)
        refuse_wal(directory / name)
    verify_receipt(receipt, run_id=candidate.run_id, directory=directory, required=required_checks)
    failpoint("publish.receipt_verified")
    contents = _read_contents(candidate)
    failpoint("publish.contents_verified")
    _keep_artifacts(candidate)
    failpoint("publish.artifacts_kept")
    now = datetime.now(UTC).replace(microsecond=0)
    release = _describe(
        _still_new(home, release_id) if release_id else next_release_id(home, candidate.run_id),
        candidate,
        receipt,
        contents,
        now,
        warnings,
    )
    with disk_full_as_error(directory):
        write_durably(directory / RELEASE, release_text(release))
    failpoint("publish.described")
    for path in directory.iterdir():
        path.chmod(mode_in_release(path.name))
        sync(path)
    sync(directory)
    failpoint("publish.synced")
    _move_in(home, directory, release.release_id)
    return release


def _move_in(home: Home, directory: Path, release_id: str) -> None:
    home.releases.mkdir(exist_ok=True)
    write_durably(intent_of(home), json.dumps({"release_id": release_id}))
    failpoint("publish.intended")
    directory.rename(home.release(checked_name(release_id)))
    failpoint("publish.renamed")
    sync(home.releases)
    sync(home.candidates)
    switch(home, release_id, step="publish")
    intent_of(home).unlink()
    sync(home.root)
    failpoint("publish.done")


@dataclass(frozen=True)
class _Contents:
    """What is in the databases of a candidate. `as_of` is UTC."""

    as_of: datetime
    currency: str
    time_zone: str
    loads: tuple[str, ...]
    streams: Mapping[str, str]
    rows: Mapping[str, int]
    duckdb_version: str


def _read_contents(candidate: Candidate) -> _Contents:
    """Reopen both files read-only and see that what the manifest promises is in them."""
    import duckdb

    tables = _promised(candidate.artifacts / MANIFEST)
    try:
        with duckdb.connect() as connection:
            for name in DATABASES:
                path = str(candidate.directory / name).replace("'", "''")
                connection.execute(f"attach '{path}' as {Path(name).stem} (read_only)")
            relations = {
                f"{row[0]}.{row[1]}.{row[2]}"
                for row in connection.execute(
                    "select database_name, schema_name, table_name from duckdb_tables() "
                    "union all select database_name, schema_name, view_name from duckdb_views()"
                ).fetchall()
            }
            missing = sorted(set(tables) - relations)
            if missing:
                raise PublicationRefused(
                    f"Run {candidate.run_id} cannot be published: the manifest promises "
                    f"{', '.join(missing[:10])} "
                    f"({len(missing)} in all), which the databases do not have. Run `embudo "
                    "refresh --full`."
                )
            return _contents(connection, [name for name in tables if name.startswith("marts.")])
    except duckdb.Error as error:
        raise PublicationRefused(
            f"Run {candidate.run_id} cannot be published: its databases cannot be read back "
            f"({str(error).splitlines()[0]}). Run `embudo refresh --full`."
        ) from error


def _contents(connection: Any, marts: Sequence[str]) -> _Contents:
    import duckdb

    settings = connection.execute(
        "select as_of, currency, time_zone from warehouse.landing.settings"
    ).fetchall()
    if len(settings) != 1 or settings[0][0] is None:
        raise PublicationRefused(
            "The warehouse has no data-as-of time: expected one row in "
            "landing.settings with `as_of`, "
            f"found {len(settings)} row(s). Run `embudo refresh --full`."
        )
    loads = connection.execute(
        "select load_id from warehouse.landing.loads order by load_seq"
    ).fetchall()
    streams = connection.execute(
        "select source || '.' || stream, max(landed_at) from warehouse.landing.loads group by "
        "all order by all"
    ).fetchall()
    counts = " union all ".join(
        f"select '{name.removeprefix('marts.')}', count(*) from {_identifier(name)}"
        for name in marts
    )
    rows = connection.execute(counts).fetchall() if counts else []
    return _Contents(
        as_of=settings[0][0].replace(tzinfo=UTC),
        currency=str(settings[0][1]),
        time_zone=str(settings[0][2]),
        loads=tuple(str(row[0]) for row in loads),
        streams={
            str(name): at.replace(tzinfo=UTC).isoformat() for name, at in streams if at is not None
        },
        rows={str(name): int(count) for name, count in rows},
        duckdb_version=duckdb.__version__,
    )


def _promised(manifest: Path) -> tuple[str, ...]:
    """`database.schema.table` of all that dbt was to build, from its manifest."""
    try:
        nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
        return tuple(
            sorted(
                f"{node['database']}.{node['schema']}.{node.get('alias') or node['name']}"
                for node in nodes
                if node["resource_type"] in ("model", "seed")
                and node["config"].get("materialized") in ("table", "incremental", "seed", "view")
            )
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PublicationRefused(
            f"The candidate has no readable dbt manifest: expected {manifest} "
            f"({type(error).__name__}: {error}). "
            "Run `embudo refresh` again."
        ) from error


def _identifier(name: str) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in name.split("."))


def _keep_artifacts(candidate: Candidate) -> None:
    """Copy the manifests beside the databases; remove folders and files that a release does not
    hold.
    """
    for name in (MANIFEST, SEMANTIC_MANIFEST):
        source = candidate.artifacts / name
        if source.is_file():
            copy_file(source, candidate.directory / name)
    for path in candidate.directory.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.suffix not in KEPT_SUFFIXES or path.name.startswith("."):
            path.unlink()


def _describe(
    release_id: str,
    candidate: Candidate,
    receipt: Receipt,
    contents: _Contents,
    now: datetime,
    warnings: Sequence[ReleaseWarning],
) -> Release:
    files = dict(receipt.files)
    for path in sorted(candidate.directory.iterdir()):
        if path.name not in files and path.name != RELEASE:
            files[path.name] = sha256(path)
    return Release(
        release_id=release_id,
        run_id=candidate.run_id,
        published_at=now,
        as_of=contents.as_of,
        verdict=receipt.verdict,
        full=candidate.full,
        loads=contents.loads,
        files=files,
        fingerprints={name: fingerprint(candidate.directory / name) for name in sorted(files)},
        streams=contents.streams,
        rows=contents.rows,
        based_on=candidate.based_on,
        duckdb_version=contents.duckdb_version,
        currency=contents.currency,
        time_zone=contents.time_zone,
        accepted={c.title: c.waiver for c in receipt.checks if c.waiver},
        warnings=tuple(warnings),
    )


def next_release_id(home: Home, run_id: str) -> str:
    """An id that sorts by time, later than all there are even where the clock went back."""
    stamp = datetime.now(UTC).replace(microsecond=0)
    newest = newest_id(home)
    if newest is not None and newest.split("-")[0] >= stamp.strftime(_CLOCK):
        stamp = datetime.strptime(newest.split("-")[0], _CLOCK) + timedelta(seconds=1)
    short = "".join(character for character in run_id if character.isalnum())[-8:]
    return checked_name(f"{stamp.strftime(_CLOCK)}-{short}")


def _still_new(home: Home, release_id: str) -> str:
    newest = newest_id(home)
    if newest is not None and newest >= release_id:
        raise PublicationRefused(
            f"The candidate was given the release id {release_id}, and release {newest} is newer: expected a "
            "candidate made after it. Run `embudo refresh`."
        )
    return release_id
