"""What `embudo doctor` looks at: settings, clocks, ledger, landing, releases, lock, disk, versions, leftovers.

Each look hands back findings that name what is wrong and the command that mends it; nothing is changed.
Showing them belongs to the command line, mending to the refresh and the rooms.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from orchestration import ingestion, publication
from orchestration.core.errors import EmbudoError, ReleaseCorrupt
from orchestration.core.records import Load
from orchestration.ingestion.ledger.loads import active_loads, all_loads
from orchestration.ingestion.ledger.runs import unfinished_refreshes
from orchestration.settings import Home, Settings, load_settings
from orchestration.settings.project import PROJECT_ROOT

State = Literal["ok", "warn", "bad"]

_CLOCK_SLACK = timedelta(hours=1)
_PINNED = ("dagster", "dbt-core", "dbt-duckdb", "duckdb", "great-expectations", "metricflow")
_COPIES_PER_REFRESH = 2
"""A candidate is a copy of the release, and DuckDB writes new blocks before it frees old ones."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `mend` is the command or deed that puts it right."""

    area: str
    state: State
    said: str
    mend: str = ""


@dataclass(frozen=True)
class Looking:
    """What to look at. `progress` hears how many of how many bytes have been hashed, and of what."""

    config: Path
    home: Home
    inbox: Path | None = None
    quick: bool = False
    progress: Callable[[str, int, int], None] = lambda what, done, total: None


def diagnose(looking: Looking) -> list[Finding]:
    """All findings, in the order in which things depend on one another.

    A look that cannot be taken is itself a finding.
    """
    found: list[Finding] = []
    for area, look in (
        ("versions", _versions),
        ("settings", _settings),
        ("lock", _lock),
        ("ledger", _ledger),
        ("landing", _landing),
        ("releases", _releases),
        ("leftovers", _leftovers),
        ("disk", _disk),
        ("clocks", _clocks),
    ):
        try:
            found += look(looking)
        except (EmbudoError, OSError) as error:
            found.append(Finding(area, "bad", str(error)))
    return found


def _versions(looking: Looking) -> Iterator[Finding]:
    pinned = _pins()
    wrong = []
    for name in _PINNED:
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "missing"
        if pinned.get(name, found) != found:
            wrong.append(f"{name} is {found}, requirements.lock has {pinned[name]}")
    if wrong:
        yield Finding("versions", "bad", "; ".join(wrong), "make setup")
    else:
        said = ", ".join(f"{name} {version(name)}" for name in _PINNED)
        yield Finding("versions", "ok", said)
    written = {release.duckdb_version for release in publication.releases(looking.home)} - {""}
    newer = [found for found in written if _ordered(found) > _ordered(version("duckdb"))]
    if newer:
        yield Finding(
            "versions",
            "bad",
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


def _settings(looking: Looking) -> Iterator[Finding]:
    if not looking.config.exists():
        yield Finding("settings", "bad", f"{looking.config} is not there", "embudo init")
        return
    settings = load_settings(looking.config, inbox=looking.inbox)
    yield Finding("settings", "ok", f"{looking.config}: {len(settings.sources)} source(s)")
    for source in settings.sources:
        inbox = settings.inbox_of(source, home=looking.home)
        if source not in settings.apis and not inbox.is_dir():
            yield Finding(
                "settings",
                "bad",
                f"the inbox of {source}, {inbox}, is not there",
                f"mkdir -p {inbox}, or set `inbox` in {looking.config}",
            )


def _lock(looking: Looking) -> Iterator[Finding]:
    holder = publication.lock_holder(looking.home)
    if holder is not None:
        pid = holder.get("pid", "unknown")
        yield Finding(
            "lock",
            "warn",
            f"held by run {holder.get('run_id', 'unknown')} (pid {pid} on "
            f"{holder.get('host', 'an unknown host')}, since {holder.get('since', 'unknown')}); "
            "what follows may change while it runs",
            f"wait for it, or `kill {pid}`: the next refresh begins cleanly",
        )
    elif (text := _stale(looking.home.refresh_lock)) != "":
        yield Finding("lock", "ok", f"free; a run that was killed left its name in it: {text}")
    else:
        yield Finding("lock", "ok", "free")


def _stale(lock: Path) -> str:
    try:
        return lock.read_text(encoding="utf-8", errors="replace").strip()[:200]
    except FileNotFoundError:
        return ""


def _ledger(looking: Looking) -> Iterator[Finding]:
    home = looking.home
    if not home.ledger.exists() and not home.landing.is_dir():
        yield Finding("ledger", "ok", "nothing has been landed here yet")
        return
    fault = ingestion.ledger_fault(home.ledger)
    if fault:
        yield Finding(
            "ledger",
            "bad",
            f"{home.ledger} {fault}",
            "embudo refresh (builds it again from its backup and the landing)",
        )
        return
    with ingestion.Ledger(home.ledger) as ledger:
        killed = unfinished_refreshes(ledger)
        loads = len(all_loads(ledger))
    yield Finding("ledger", "ok", f"{loads} load(s)")
    backup = home.root / ingestion.BACKUP
    if loads and (behind := ingestion.ledger_fault(backup)):
        yield Finding("ledger", "warn", f"its backup {backup} {behind}", "embudo refresh")
    if killed and publication.lock_holder(home) is None:
        yield Finding(
            "ledger", "warn", f"run(s) {', '.join(killed)} were killed", "embudo refresh clears up"
        )


def _landing(looking: Looking) -> Iterator[Finding]:
    home = looking.home
    if ingestion.ledger_fault(home.ledger):
        return
    with ingestion.Ledger(home.ledger) as ledger:
        loads = [load for load, _ in active_loads(ledger)]
        total, done = sum(load.size_bytes for load in loads), 0

        def count(load: Load) -> None:
            nonlocal done
            looking.progress("landing", done, total)
            done += load.size_bytes

        damaged = ingestion.find_corrupt(
            home, ledger, hashed_bytes=0 if looking.quick else None, on_load=count
        )
        known = {load.load_id for load in all_loads(ledger)}
    for one in damaged:
        yield Finding(
            "landing",
            "bad",
            str(one),
            "embudo refresh (reads its source files again where they are still in the inbox); else "
            f"embudo doctor --give-up {one.load.load_id}",
        )
    for fault in ingestion.quarantine.corrupt_files(home):
        yield Finding("landing", "bad", fault, "restore it from a backup")
    unknown = [path for path in home.landing.rglob("*.parquet") if path.stem not in known]
    if unknown:
        yield Finding(
            "landing",
            "warn",
            f"{len(unknown)} file(s) that the ledger does not know, left by a killed landing",
            "embudo refresh clears them away",
        )
    if not damaged:
        how = "sizes" if looking.quick else "checksums"
        yield Finding("landing", "ok", f"{len(loads)} load(s), {total:,} bytes, {how} hold")


def _releases(looking: Looking) -> Iterator[Finding]:
    home = looking.home
    if not home.releases.is_dir() and not home.current.is_symlink():
        yield Finding("releases", "ok", "none yet")
        return
    current = publication.current_id(home)
    ids = publication.release_ids(home)
    bad = 0
    if current is None and ids:
        yield Finding(
            "releases", "bad", f"{home.current} is gone, so readers get none", "embudo rollback"
        )
    if current is not None and current not in ids:
        bad += 1
        yield Finding("releases", "bad", f"{home.current} leads to {current}, which is gone", _ANEW)
    for number, release_id in enumerate(ids):
        looking.progress("releases", number, len(ids))
        try:
            publication.verify_release(home, release_id, hashing=not looking.quick)
        except ReleaseCorrupt as error:
            bad += 1
            mend = _ANEW if release_id == current else f"rm -r {home.releases / release_id}"
            yield Finding("releases", "bad", str(error), mend)
    if not bad:
        how = "files are there" if looking.quick else "checksums hold"
        yield Finding("releases", "ok", f"{len(ids)} release(s), current {current}, {how}")


_ANEW = "embudo rollback (to the one before), or embudo refresh --full (builds anew)"


def _leftovers(looking: Looking) -> Iterator[Finding]:
    home = looking.home
    folders = (home.root, home.releases, home.candidates)
    found = [
        path
        for folder in folders
        if folder.is_dir()
        for path in folder.iterdir()
        if path.name.endswith(".tmp")
    ]
    found += list(home.landing.rglob(".tmp-*")) if home.landing.is_dir() else []
    if found and publication.lock_holder(home) is None:
        names = ", ".join(str(path.relative_to(home.root)) for path in found[:5])
        yield Finding(
            "leftovers", "warn", f"{len(found)} of a killed run: {names}", "embudo refresh"
        )
    else:
        yield Finding("leftovers", "ok", "none")


def _disk(looking: Looking) -> Iterator[Finding]:
    home = looking.home
    place = next(path for path in (home.root, *home.root.parents) if path.exists())
    free = shutil.disk_usage(place).free
    try:
        current = publication.current_directory(home)
    except ReleaseCorrupt:
        current = None
    size = sum(path.stat().st_size for path in current.iterdir()) if current else 0
    needed = _COPIES_PER_REFRESH * size
    said = f"{free:,} bytes free, a refresh needs about {needed:,}"
    if free < needed:
        yield Finding("disk", "bad", said, "free some, or lower `keep_releases` in embudo.yml")
    else:
        yield Finding("disk", "ok", said)


def _clocks(looking: Looking) -> Iterator[Finding]:
    latest = datetime.now(UTC) + _CLOCK_SLACK
    ahead = [
        f"release {release.release_id} was published {release.published_at:%Y-%m-%d %H:%M} UTC"
        for release in publication.releases(looking.home)
        if release.published_at > latest
    ]
    if not ingestion.ledger_fault(looking.home.ledger):
        with ingestion.Ledger(looking.home.ledger) as ledger:
            ahead += [
                f"load {load.load_id} landed {load.landed_at:%Y-%m-%d %H:%M} UTC"
                for load in all_loads(ledger)
                if load.landed_at.replace(tzinfo=UTC) > latest
            ]
    if looking.config.exists():
        settings = load_settings(looking.config, inbox=looking.inbox)
        ahead += _files_ahead(settings, looking.home, latest)
    if ahead:
        said = f"{len(ahead)} from the future: {'; '.join(ahead[:5])}"
        yield Finding("clocks", "warn", said, "set the clock of this machine, or of the sender's")
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
