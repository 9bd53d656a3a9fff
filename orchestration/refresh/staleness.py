"""What the current release does not hold yet, and whether history has to be rebuilt for it.

Fingerprints and the ledger's list of loads are compared; no data is read and nothing is changed. The release
itself is verified by `baseline`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from orchestration.core.errors import ReleaseCorrupt
from orchestration.core.records import RemovedStream, Waiver
from orchestration.quality import StandingExceptions
from orchestration.refresh.load_gate import waived_loads
from orchestration.refresh.release_state import effective_loads, released_state, removed_streams
from orchestration.settings.project import BuildState
from orchestration.transformation.project import Project, history_seeds


@dataclass(frozen=True)
class Staleness:
    """Why a refresh has work. `full`: all history is rebuilt."""

    reasons: tuple[str, ...] = ()
    full: bool = False
    corruption: str = ""
    """What is wrong with the current release; empty where it is intact or there is none."""
    removed: tuple[RemovedStream, ...] = ()
    """Streams that it holds and that embudo.yml no longer names."""

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.reasons)


def staleness_of(
    project: Project, *, waivers: Mapping[str, Waiver], full_requested: bool = False
) -> Staleness:
    """Compare the working tree and what has landed with the current release.

    `waivers` are the open ones: a quarantined load that one of them concerns is a reason as well. A release
    that is corrupt is no error here: it is a reason to rebuild all of it.
    """
    corruption = ""
    try:
        before = released_state(project.workspace.home)
    except ReleaseCorrupt as error:
        before, corruption = None, corruption_of(error)
    if before is None:
        changes = Staleness((corruption or "there is no release yet",), full=True)
    else:
        home = project.workspace.home
        removed = removed_streams(home, before)
        changes = compare(
            before,
            project.state,
            landed=effective_loads(home),
            waived=len(
                waived_loads(home, waivers, StandingExceptions.of(project.workspace.settings))
            ),
            removed=removed,
            history_seeds=lambda: history_seeds(project.manifest),
        )
    requested = ("a full rebuild was requested",) if full_requested else ()
    return Staleness(
        reasons=(*requested, *changes.reasons),
        full=full_requested or changes.full,
        corruption=corruption,
        removed=changes.removed,
    )


def compare(
    before: BuildState,
    now: BuildState,
    *,
    landed: Mapping[str, Sequence[int]],
    waived: int,
    history_seeds: Callable[[], frozenset[str]],
    removed: Sequence[RemovedStream] = (),
) -> Staleness:
    """What `before`, the state of a release, lacks of `now` and of the loads that count.

    `landed` is load to those of its parts that no longer count, in the order of landing; `waived` counts
    quarantined loads whose failed check has an open waiver or an exception; `removed` are streams that no longer count.
    `history_seeds`, the seeds that incremental models are built from, are only called for where a seed has changed:
    it takes a parsed project. Incremental models only add what is newer than all that they have seen, so whatever
    changes the past (definitions, settings, mappings, a stream that left, a load that was reinstated late) rebuilds
    all of it.
    """
    loads = list(landed)
    new = [load for load in loads if load not in before.landed]
    newest_seen = max((at for at, load in enumerate(loads) if load in before.landed), default=0)
    late = [load for load in loads[:newest_seen] if load in new]
    seeds = {
        name
        for name in {*before.seeds, *now.seeds}
        if before.seeds.get(name) != now.seeds.get(name)
    }
    gone = {load for stream in removed for load in stream.loads}
    names = ", ".join(f"{stream.source}.{stream.stream}" for stream in removed)
    rebuild = {
        "models changed": before.models != now.models,
        "settings changed": before.settings != now.settings,
        "somebody was forgotten": before.erasures != now.erasures,
        f"embudo.yml no longer names {names}": bool(removed),
        "files were re-read with another mapping": any(
            parts != list(landed.get(load, ["gone"]))
            for load, parts in before.landed.items()
            if load not in gone
        ),
        f"{len(late)} load(s) reinstated late": bool(late),
    }
    reasons = {
        f"{len(new)} new load(s)": bool(new),
        f"{waived} quarantined load(s) waived": bool(waived),
        **rebuild,
        f"seeds changed: {', '.join(sorted(seeds))}": bool(seeds),
    }
    full = any(rebuild.values())
    if seeds and not full:
        full = bool(seeds & history_seeds())
    return Staleness(
        tuple(reason for reason, applies in reasons.items() if applies),
        full=full,
        removed=tuple(removed),
    )


def corruption_of(error: ReleaseCorrupt) -> str:
    """The reason of a refresh that cannot build on the current release."""
    return f"the current release is corrupt, so all history is rebuilt: {error}"
