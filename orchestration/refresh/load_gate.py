"""Gate 1 in a refresh: what the ledger knows is passed to `quality`, and its verdict is carried out.

The checks belong to `quality.loads`; the ledger's tables to `ingestion`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from orchestration import ingestion, quality
from orchestration.core.errors import ReleaseCorrupt
from orchestration.core.records import (
    CheckResult,
    LandingResult,
    Load,
    QuarantinedLoad,
    RejectedFile,
    Waiver,
)
from orchestration.ingestion import Ledger
from orchestration.ingestion.copied_files import copied_files
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
from orchestration.ingestion.mapping_versions import loads_of_other_mappings
from orchestration.privacy.redaction import without_contacts
from orchestration.quality.checks.load_values import HISTORY_LOADS
from orchestration.refresh.release_state import released_state
from orchestration.settings import Home, Settings
from orchestration.settings.workspace import Workspace

_QUARANTINED_SHOWN = 3
"""Rows in quarantine that a check of their load names."""


def check_new_loads(
    workspace: Workspace, landed: LandingResult, *, run_id: str, waivers: Mapping[str, Waiver]
) -> tuple[CheckResult, ...]:
    """Check every load that no release holds yet, quarantine what its source's policy requires, and reinstate
    what no check fails any more.

    A load that stopped an earlier refresh is checked again, until it is fixed or waived. `waivers` is check (or
    `name on subject`) to who lets its failure through, and why.
    """
    with Ledger(workspace.home.ledger) as ledger:
        counting = [load for load, _ in active_loads(ledger)]
        quarantined = {load.load_id for load in quarantined_loads(ledger)}
        unchecked = loads_to_check(
            counting,
            quarantined=[load for load in all_loads(ledger) if load.load_id in quarantined]
            if quarantined
            else (),
            released=_released_loads(workspace.home),
            settled=resolved_loads(ledger),
        )
        verdict = quality.check_loads(
            replace(
                landed,
                loads=tuple(unchecked),
                copied=copied_files(
                    workspace.settings, ledger, loads={load.load_id for load in unchecked}
                )
                if unchecked
                else (),
                rejected_files=_rejected_files(workspace.settings, ledger, landed),
            ),
            history=counting,
            mapped_otherwise={
                load
                for loads in loads_of_other_mappings(workspace.settings, ledger).values()
                for load in loads
            },
            limits=load_limits(workspace.settings),
            required_streams=workspace.settings.required_streams(),
            profiles=_profiles(workspace.home, ledger, unchecked, counting),
            newest=latest_landed_by_source(ledger, until=workspace.settings.as_of_utc()),
            waivers=waivers,
        )
        for load in unchecked:
            failed = verdict.quarantined.get(load.load_id)
            if failed is not None and load.load_id not in quarantined:
                reason = f"expected {failed.expected}, found {failed.observed}"
                quarantine_load(
                    ledger, load.load_id, check=failed.name, reason=reason, run_id=run_id
                )
            elif failed is None and load.load_id in quarantined:
                because = verdict.waived.get(load.load_id, "no check fails any more")
                reinstate_load(ledger, load.load_id, run_id=run_id, reason=because)
    return verdict.checks


def loads_to_check(
    counting: Iterable[Load],
    *,
    quarantined: Iterable[Load],
    released: Collection[str],
    settled: Collection[str],
) -> list[Load]:
    """Loads that count and that no release holds, and those in quarantine.

    `released` are the ids of loads that the current release holds, `settled` of those that a person or an
    earlier gate has let in.
    """
    new = [
        load for load in counting if load.load_id not in released and load.load_id not in settled
    ]
    return [*new, *quarantined]


def waived_loads(
    home: Home,
    waivers: Mapping[str, Waiver],
    exceptions: quality.StandingExceptions = quality.NO_EXCEPTIONS,
) -> list[QuarantinedLoad]:
    """Quarantined loads whose failed check has an open waiver, or a standing exception that allows any of it."""
    with Ledger(home.ledger) as ledger:
        quarantined = quarantined_loads(ledger)
    return [
        load
        for load in quarantined
        if f"{load.check} on {load.source}.{load.stream}" in waivers
        or exceptions.covers_load(load.check, source=load.source, stream=load.stream)
    ]


def _released_loads(home: Home) -> Collection[str]:
    """Loads that the current release holds; none where it is corrupt, since all history is rebuilt then."""
    try:
        before = released_state(home)
    except ReleaseCorrupt:
        return ()
    return before.landed if before is not None else ()


def load_limits(settings: Settings) -> quality.LoadLimits:
    """The limits of embudo.yml, source by source."""
    sources = {}
    for name, spec in settings.sources.items():
        limits = settings.limits_of(name)
        sources[name] = quality.SourceLimits(
            limits=limits.model_dump(exclude_none=True),
            policies={f"loads.{check}": policy for check, policy in spec.on_breach if policy},
            snapshots=frozenset(
                stream
                for stream in spec.streams
                if any(selection.snapshot for selection in settings.selections_of(name, stream))
            ),
        )
    return quality.LoadLimits(sources=sources, exceptions=quality.StandingExceptions.of(settings))


def _rejected_files(
    settings: Settings, ledger: Ledger, landed: LandingResult
) -> tuple[RejectedFile, ...]:
    """Files rejected in this run; where their source stops for them, those of earlier runs too."""
    limits = load_limits(settings)
    earlier = [
        file
        for file in open_rejected_files(ledger)
        if limits.of(file.source).policy("loads.rejected_files") == "stop"
    ]
    return (
        *landed.rejected_files,
        *(file for file in earlier if file not in landed.rejected_files),
    )


def _profiles(
    home: Home, ledger: Ledger, unchecked: Sequence[Load], counting: Iterable[Load]
) -> dict[str, quality.LoadProfile]:
    """Profiles of loads and of the last loads of their streams; each is made once and kept."""
    streams = {(load.source, load.stream) for load in unchecked}
    wanted = {load.load_id: load for load in unchecked}
    for key in streams:
        same = [load for load in counting if (load.source, load.stream) == key]
        wanted |= {load.load_id: load for load in same[-HISTORY_LOADS - len(unchecked) :]}
    known, resolved = load_profiles(ledger, wanted), resolved_row_counts(ledger)
    contract = ingestion.load_contract()
    profiles = {}
    for load_id, load in wanted.items():
        if load_id in known:
            profiles[load_id] = quality.LoadProfile.from_json(
                known[load_id], resolved=resolved.get(load_id, 0)
            )
            continue
        stream = contract[load.stream]
        folder = home.landing_of(source=load.source, stream=load.stream)
        profile = quality.LoadProfile.of(
            folder / f"{load_id}.parquet",
            keys=() if stream.keys_repeat else stream.keys,
            newest_by=stream.newest_by,
            ids=stream.ids,
            private=[column.name for column in stream.columns if column.is_private],
        )
        record_profile(ledger, load_id, profile.to_json())
        profiles[load_id] = replace(profile, resolved=resolved.get(load_id, 0))
    for load in unchecked:
        if load.rows_quarantined:
            samples = _quarantined_rows(home, load)
            profiles[load.load_id] = replace(profiles[load.load_id], quarantined=samples)
    return profiles


def _quarantined_rows(home: Home, load: Load) -> tuple[str, ...]:
    """Some of a load's rows in quarantine: file, line, and reason without contact data."""
    rows = ingestion.quarantine.list_open(home, load_id=load.load_id, limit=_QUARANTINED_SHOWN)
    return tuple(f"{row.file} line {row.line:,}: {without_contacts(row.reason)}" for row in rows)
