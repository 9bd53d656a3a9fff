"""Gate 1 in a refresh: what the ledger knows handed to `quality`, and its verdict carried out.

Judging belongs to `quality.loads`; the ledger's tables to `ingestion`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from orchestration import ingestion, quality
from orchestration.core.records import (
    CheckResult,
    LandingResult,
    Load,
    QuarantinedLoad,
    RejectedFile,
)
from orchestration.ingestion import Ledger
from orchestration.ingestion.ledger.business_times import latest_landed_by_source
from orchestration.ingestion.ledger.loads import active_loads, all_loads
from orchestration.ingestion.ledger.parts import resolved_loads, resolved_row_counts
from orchestration.ingestion.ledger.profiles import load_profiles, record_profile
from orchestration.ingestion.ledger.quarantined_loads import (
    quarantine_load,
    quarantined_loads,
    reinstate_load,
)
from orchestration.ingestion.ledger.rejected_files import open_rejected_files
from orchestration.quality.loads import HISTORY
from orchestration.refresh.workspace import Workspace


def judge_loads(
    workspace: Workspace, landed: LandingResult, *, run_id: str, accepted: Mapping[str, str]
) -> tuple[CheckResult, ...]:
    """Judge every load that no release holds yet, set aside what its source's policy says, and take in
    what nothing speaks against any more.

    A load that stopped an earlier refresh is judged again, until it is mended or accepted. `accepted` is
    check (or `name on subject`) to who lets its breach through, and why.
    """
    settings = workspace.settings
    before = workspace.released_state()
    with Ledger(workspace.home.ledger) as ledger:
        counting = [load for load, _ in active_loads(ledger)]
        aside = {one.load_id for one in quarantined_loads(ledger)}
        settled = resolved_loads(ledger)
        released = before.landed if before is not None else {}
        to_judge = [
            load
            for load in counting
            if load.load_id not in released and load.load_id not in settled
        ]
        if aside:
            to_judge += [load for load in all_loads(ledger) if load.load_id in aside]
        verdict = quality.check_loads(
            replace(
                landed, loads=tuple(to_judge), set_aside=_files_aside(workspace, ledger, landed)
            ),
            history=counting,
            limits=load_limits(workspace),
            required_streams=settings.required_streams(),
            looks=_looks(workspace, ledger, to_judge, counting),
            newest=latest_landed_by_source(ledger),
            accepted=accepted,
        )
        for load in to_judge:
            breach = verdict.set_aside.get(load.load_id)
            if breach is not None and load.load_id not in aside:
                reason = f"expected {breach.expected}, found {breach.observed}"
                quarantine_load(
                    ledger, load.load_id, check=breach.name, reason=reason, run_id=run_id
                )
            elif breach is None and load.load_id in aside:
                because = verdict.let_in.get(load.load_id, "nothing speaks against it any more")
                reinstate_load(ledger, load.load_id, run_id=run_id, reason=because)
    return verdict.checks


def waived_loads(workspace: Workspace, accepted: Mapping[str, str]) -> list[QuarantinedLoad]:
    """Loads set aside whose breach somebody has accepted since."""
    with Ledger(workspace.home.ledger) as ledger:
        aside = quarantined_loads(ledger)
    return [
        one
        for one in aside
        if one.check in accepted or f"{one.check} on {one.source}.{one.stream}" in accepted
    ]


def load_limits(workspace: Workspace) -> quality.LoadLimits:
    """The limits of embudo.yml, source by source."""
    settings = workspace.settings
    sources = {}
    for name, spec in settings.sources.items():
        limits = settings.limits_of(name)
        sources[name] = quality.SourceLimits(
            quarantine_share=limits.quarantine_share,
            duplicate_share=limits.duplicate_share,
            volume_drop_share=limits.volume_drop_share,
            snapshot_drop_share=limits.snapshot_drop_share,
            snapshots=frozenset(
                stream
                for stream in spec.streams
                if any(one.snapshot for one in settings.selections_of(name, stream))
            ),
            silent_days=limits.silent_days,
            on_breach={f"loads.{check}": does for check, does in spec.on_breach},
        )
    return quality.LoadLimits(sources=sources)


def _files_aside(
    workspace: Workspace, ledger: Ledger, landed: LandingResult
) -> tuple[RejectedFile, ...]:
    """Files set aside in this run; where their source stops for them, those of earlier runs too."""
    limits = load_limits(workspace)
    still = [
        one
        for one in open_rejected_files(ledger)
        if limits.of(one.source).policy("loads.files_set_aside") == "stop"
    ]
    return (*landed.set_aside, *(one for one in still if one not in landed.set_aside))


def _looks(
    workspace: Workspace, ledger: Ledger, to_judge: Sequence[Load], counting: Iterable[Load]
) -> dict[str, quality.LoadLook]:
    """The looks of loads and of the last loads of their streams; each is taken once and kept."""
    streams = {(load.source, load.stream) for load in to_judge}
    wanted = {load.load_id: load for load in to_judge}
    for key in streams:
        same = [load for load in counting if (load.source, load.stream) == key]
        wanted |= {load.load_id: load for load in same[-HISTORY - len(to_judge) :]}
    known, mended = load_profiles(ledger, wanted), resolved_row_counts(ledger)
    contract = ingestion.load_contract()
    looks = {}
    for load_id, load in wanted.items():
        if load_id in known:
            looks[load_id] = quality.LoadLook.from_json(
                known[load_id], mended=mended.get(load_id, 0)
            )
            continue
        stream = contract[load.stream]
        folder = workspace.home.landing_of(source=load.source, stream=load.stream)
        look = quality.LoadLook.of(
            folder / f"{load_id}.parquet",
            keys=() if stream.keys_repeat else stream.keys,
            newest_by=stream.newest_by,
            private=[column.name for column in stream.columns if column.is_private],
        )
        record_profile(ledger, load_id, look.to_json())
        looks[load_id] = replace(look, mended=mended.get(load_id, 0))
    return looks
