"""What is new since the current release, and whether history has to be built again for it.

Fingerprints and the ledger's list of loads are compared; no data is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.refresh.load_gate import waived_loads
from orchestration.refresh.workspace import Workspace
from orchestration.settings.project import BuildState


@dataclass(frozen=True)
class Changes:
    """Why a refresh has work, in words; none where nothing is new. `full`: history is built again."""

    reasons: tuple[str, ...]
    full: bool


def changes_since(
    before: BuildState | None, workspace: Workspace, *, accepted: Mapping[str, str]
) -> Changes:
    """What `before`, the state of the current release, does not know; `accepted` are open waivers.

    Incremental models only add what is newer than all that they have seen, so whatever changes the past
    (definitions, settings, mappings, a load taken in late) builds all of it.
    """
    now, landed = workspace.state, workspace.landed()
    if before is None:
        return Changes(("there is no release yet",), full=True)
    new = [load for load in landed if load not in before.landed]
    seen = [place for place, load in enumerate(landed) if load in before.landed]
    late = [load for load in list(landed)[: max(seen, default=0)] if load in new]
    seeds = {
        name
        for name in {*before.seeds, *now.seeds}
        if before.seeds.get(name) != now.seeds.get(name)
    }
    rebuild = {
        "models changed": before.models != now.models,
        "settings changed": before.settings != now.settings,
        "somebody was forgotten": before.erasures != now.erasures,
        "files were mapped anew": any(
            parts != list(landed.get(load, ["gone"])) for load, parts in before.landed.items()
        ),
        f"{len(late)} load(s) taken in late": bool(late),
    }
    waiting = waived_loads(workspace, accepted)
    why = {
        f"{len(new)} new load(s)": bool(new),
        f"{len(waiting)} load(s) set aside were accepted": bool(waiting),
        **rebuild,
        f"seeds changed: {', '.join(sorted(seeds))}": bool(seeds),
    }
    full = any(rebuild.values())
    if seeds and not full:
        full = bool(seeds & workspace.seeds_of_history())
    return Changes(tuple(reason for reason, holds in why.items() if holds), full=full)
