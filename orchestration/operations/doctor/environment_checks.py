"""Checks of what a home runs on: versions of libraries, settings, disk space, clocks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version

from orchestration import ingestion, publication
from orchestration.core.errors import ReleaseCorrupt
from orchestration.ingestion.ledger.loads import all_loads
from orchestration.operations.doctor.findings import Finding, Inspection
from orchestration.settings import Home, Settings, load_settings
from orchestration.settings.project import PROJECT_ROOT

_CLOCK_SLACK = timedelta(hours=1)
_PINNED = ("dagster", "dbt-core", "dbt-duckdb", "duckdb", "great-expectations", "metricflow")
_COPIES_PER_REFRESH = 2
"""A candidate is a copy of the release, and DuckDB writes new blocks before it frees old ones."""


def check_versions(inspection: Inspection) -> Iterator[Finding]:
    pinned = _pins()
    wrong = []
    for name in _PINNED:
        try:
            installed = version(name)
        except PackageNotFoundError:
            installed = "missing"
        if pinned.get(name, installed) != installed:
            wrong.append(f"{name} is {installed}, requirements.lock has {pinned[name]}")
    if wrong:
        yield Finding("versions", "error", "; ".join(wrong), "make setup")
    else:
        listed = ", ".join(f"{name} {version(name)}" for name in _PINNED)
        yield Finding("versions", "ok", listed)
    written = {release.duckdb_version for release in publication.releases(inspection.home)} - {""}
    newer = [writer for writer in written if _ordered(writer) > _ordered(version("duckdb"))]
    if newer:
        yield Finding(
            "versions",
            "error",
            f"a release was written by DuckDB {max(newer, key=_ordered)}, newer than the "
            f"{version('duckdb')} here",
            "make setup",
        )


def _pins() -> dict[str, str]:
    lock = PROJECT_ROOT / "requirements.lock"
    lines = lock.read_text(encoding="utf-8").splitlines() if lock.is_file() else []
    pairs = (line.split(" ")[0].partition("==") for line in lines if "==" in line)
    return {name: pin for name, _, pin in pairs if not name.startswith("#")}


def _ordered(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def check_settings(inspection: Inspection) -> Iterator[Finding]:
    if not inspection.config.exists():
        yield Finding("settings", "error", f"{inspection.config} does not exist", "embudo init")
        return
    settings = load_settings(inspection.config, inbox=inspection.inbox)
    yield Finding("settings", "ok", f"{inspection.config}: {len(settings.sources)} source(s)")
    for source in settings.sources:
        inbox = settings.inbox_of(source, home=inspection.home)
        if source not in settings.apis and not inbox.is_dir():
            yield Finding(
                "settings",
                "error",
                f"the inbox of {source}, {inbox}, does not exist",
                f"mkdir -p {inbox}, or set `inbox` in {inspection.config}",
            )


def check_disk(inspection: Inspection) -> Iterator[Finding]:
    home = inspection.home
    existing = next(path for path in (home.root, *home.root.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    try:
        current = publication.current_directory(home)
    except ReleaseCorrupt:
        current = None
    size = sum(path.stat().st_size for path in current.iterdir()) if current else 0
    needed = _COPIES_PER_REFRESH * size
    message = f"{free:,} bytes free, a refresh needs about {needed:,}"
    if free < needed:
        yield Finding(
            "disk", "error", message, "free some space, or lower `keep_releases` in embudo.yml"
        )
    else:
        yield Finding("disk", "ok", message)


def check_clocks(inspection: Inspection) -> Iterator[Finding]:
    latest = datetime.now(UTC) + _CLOCK_SLACK
    ahead = [
        f"release {release.release_id} was published {release.published_at:%Y-%m-%d %H:%M} UTC"
        for release in publication.releases(inspection.home)
        if release.published_at > latest
    ]
    if not ingestion.ledger_fault(inspection.home.ledger):
        with ingestion.Ledger(inspection.home.ledger) as ledger:
            ahead += [
                f"load {load.load_id} landed {load.landed_at:%Y-%m-%d %H:%M} UTC"
                for load in all_loads(ledger)
                if load.landed_at.replace(tzinfo=UTC) > latest
            ]
    if inspection.config.exists():
        settings = load_settings(inspection.config, inbox=inspection.inbox)
        ahead += _files_ahead(settings, inspection.home, latest)
    if ahead:
        message = f"{len(ahead)} from the future: {'; '.join(ahead[:5])}"
        yield Finding(
            "clocks", "warning", message, "set the clock of this machine, or of the sender's"
        )
    else:
        yield Finding(
            "clocks", "ok", f"nothing from the future ({datetime.now(UTC):%Y-%m-%d %H:%M} UTC)"
        )


def _files_ahead(settings: Settings, home: Home, latest: datetime) -> list[str]:
    ahead = set()
    for source, spec in settings.sources.items():
        inbox = settings.inbox_of(source, home=home)
        patterns = {
            pattern
            for stream in spec.streams
            for selection in settings.selections_of(source, stream)
            for pattern in selection.files
        }
        for path in (path for pattern in patterns for path in inbox.glob(pattern)):
            if path.stat().st_mtime > latest.timestamp():
                ahead.add(f"file {path.relative_to(inbox)} of {source}")
    return sorted(ahead)
