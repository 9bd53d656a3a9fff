"""Checks of what a home holds: lock, ledger, landing, releases, leftovers of killed runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from orchestration import ingestion, publication
from orchestration.core.errors import ReleaseCorrupt
from orchestration.core.private_files import is_open, open_to_others
from orchestration.core.records import Load
from orchestration.ingestion.ledger.loads import active_loads, all_loads
from orchestration.ingestion.ledger.runs import unfinished_refreshes
from orchestration.operations.doctor.findings import Finding, Inspection
from orchestration.publication.layout import MARTS, WAREHOUSE
from orchestration.publication.shared_marts import shared_folder, sharing_fault

_REPLACE = "embudo rollback (to the previous release), or embudo refresh --full (rebuilds it)"


def check_lock(inspection: Inspection) -> Iterator[Finding]:
    holder = publication.lock_holder(inspection.home)
    if holder is not None:
        pid = holder.get("pid", "unknown")
        yield Finding(
            "lock",
            "warning",
            f"held by run {holder.get('run_id', 'unknown')} (pid {pid} on "
            f"{holder.get('host', 'an unknown host')}, since {holder.get('since', 'unknown')}); "
            "the findings below may change while it runs",
            f"wait for it, or `kill {pid}`: the next refresh starts cleanly",
        )
    elif (text := _left_in(inspection.home.refresh_lock)) != "":
        yield Finding("lock", "ok", f"free; a killed run left its details in it: {text}")
    else:
        yield Finding("lock", "ok", "free")


def _left_in(lock: Path) -> str:
    try:
        return lock.read_text(encoding="utf-8", errors="replace").strip()[:200]
    except FileNotFoundError:
        return ""


def check_ledger(inspection: Inspection) -> Iterator[Finding]:
    home = inspection.home
    if not home.ledger.exists() and not home.landing.is_dir():
        yield Finding("ledger", "ok", "nothing has been landed here yet")
        return
    fault = ingestion.ledger_fault(home.ledger)
    if fault:
        yield Finding(
            "ledger",
            "error",
            f"{home.ledger} {fault}",
            "embudo refresh (rebuilds it from its backup and the landing)",
        )
        return
    with ingestion.Ledger(home.ledger) as ledger:
        killed = unfinished_refreshes(ledger)
        loads = len(all_loads(ledger))
    yield Finding("ledger", "ok", f"{loads} load(s)")
    backup = home.root / ingestion.BACKUP
    if loads and (behind := ingestion.ledger_fault(backup)):
        yield Finding("ledger", "warning", f"its backup {backup} {behind}", "embudo refresh")
    if killed and publication.lock_holder(home) is None:
        yield Finding(
            "ledger",
            "warning",
            f"run(s) {', '.join(killed)} were killed",
            "embudo refresh cleans up",
        )


def check_landing(inspection: Inspection) -> Iterator[Finding]:
    home = inspection.home
    if ingestion.ledger_fault(home.ledger):
        return
    with ingestion.Ledger(home.ledger) as ledger:
        loads = [load for load, _ in active_loads(ledger)]
        total, done = sum(load.size_bytes for load in loads), 0

        def count(load: Load) -> None:
            nonlocal done
            inspection.progress("landing", done, total)
            done += load.size_bytes

        corrupt = ingestion.find_corrupt(
            home, ledger, hashed_bytes=0 if inspection.quick else None, on_load=count
        )
        known = {load.load_id for load in all_loads(ledger)}
    for corruption in corrupt:
        yield Finding(
            "landing",
            "error",
            str(corruption),
            "embudo refresh (re-reads its source files if they are still in the inbox); else "
            f"embudo doctor --give-up {corruption.load.load_id}",
        )
    for fault in ingestion.quarantine.corrupt_files(home):
        yield Finding("landing", "error", fault, "restore it from a backup")
    unknown = [path for path in home.landing.rglob("*.parquet") if path.stem not in known]
    if unknown:
        yield Finding(
            "landing",
            "warning",
            f"{len(unknown)} file(s) that the ledger does not know, left by a killed refresh",
            "embudo refresh removes them",
        )
    if not corrupt:
        how = "sizes" if inspection.quick else "checksums"
        yield Finding("landing", "ok", f"{len(loads)} load(s), {total:,} bytes, {how} match")


def check_releases(inspection: Inspection) -> Iterator[Finding]:
    home = inspection.home
    if not home.releases.is_dir() and not home.current.is_symlink():
        yield Finding("releases", "ok", "none yet")
        return
    current = publication.current_id(home)
    ids = publication.release_ids(home)
    corrupt = 0
    if current is None and ids:
        yield Finding(
            "releases",
            "error",
            f"{home.current} is missing, so readers get none",
            "embudo rollback",
        )
    if current is not None and current not in ids:
        corrupt += 1
        yield Finding(
            "releases", "error", f"{home.current} points to {current}, which is missing", _REPLACE
        )
    for number, release_id in enumerate(ids):
        inspection.progress("releases", number, len(ids))
        try:
            publication.verify_release(home, release_id, hashing=not inspection.quick)
        except ReleaseCorrupt as error:
            corrupt += 1
            fix = _REPLACE if release_id == current else f"rm -r {home.releases / release_id}"
            yield Finding("releases", "error", str(error), fix)
    if not corrupt:
        how = "files and fingerprints match" if inspection.quick else "checksums match"
        yield Finding("releases", "ok", f"{len(ids)} release(s), current {current}, {how}")


def check_permissions(inspection: Inspection) -> Iterator[Finding]:
    """Files that hold contacts and that other accounts on this machine can read."""
    home = inspection.home
    if not home.root.is_dir():
        return
    folders = [home.root] if is_open(home.root) else [f for f in home.private_folders if f.is_dir()]
    open_databases = [
        path
        for folder in folders
        if is_open(folder)
        for path in open_to_others(folder, sparing=(MARTS,))
    ]
    open_databases += [path for path in home.releases.glob(f"*/{WAREHOUSE}") if is_open(path)]
    if not open_databases:
        yield Finding("permissions", "ok", "no other account can read the home")
        return
    names = ", ".join(
        str(path.relative_to(home.root)) for path in open_databases[:5] if path != home.root
    )
    where = f"{home.root} itself" if home.root in open_databases else "the home is closed"
    yield Finding(
        "permissions",
        "warning",
        f"other accounts have permissions on {len(open_databases)} file(s) and folder(s) that hold contacts: {where}"
        + (f"; inside {names}" if names else "")
        + (" …" if len(open_databases) > 5 else ""),
        f"chmod -R go= {home.root}",
    )


def check_shared_marts(inspection: Inspection) -> Iterator[Finding]:
    """Whether the folder of `marts_folder` has the current marts, and other accounts can read them."""
    folder = shared_folder(inspection.home)
    if folder is None:
        return
    fault = sharing_fault(inspection.home)
    if fault is None:
        yield Finding("shared marts", "ok", f"other accounts can read {folder / MARTS}")
    else:
        yield Finding(
            "shared marts",
            "warning",
            fault,
            "chmod o+x its parents, or another `marts_folder` in embudo.yml; then embudo refresh --full",
        )


def check_leftovers(inspection: Inspection) -> Iterator[Finding]:
    home = inspection.home
    folders = (home.root, home.releases, home.candidates)
    leftovers = [
        path
        for folder in folders
        if folder.is_dir()
        for path in folder.iterdir()
        if path.name.endswith(".tmp")
    ]
    leftovers += list(home.landing.rglob(".tmp-*")) if home.landing.is_dir() else []
    if leftovers and publication.lock_holder(home) is None:
        names = ", ".join(str(path.relative_to(home.root)) for path in leftovers[:5])
        yield Finding(
            "leftovers",
            "warning",
            f"{len(leftovers)} left by a killed run: {names}",
            "embudo refresh",
        )
    else:
        yield Finding("leftovers", "ok", "none")
