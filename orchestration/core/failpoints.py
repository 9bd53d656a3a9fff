"""Named steps at which a test can kill the process.

A test facility and nothing else: with `EMBUDO_KILL_AT=<step>` in the environment, the process sends
itself SIGKILL when it reaches that step, as a power cut would. Without the variable a step costs
one lookup. Every step has its name in `STEPS`, so that tests can go through all of them. What a
step does does not belong here.
"""

from __future__ import annotations

import os
import signal

KILL_AT = "EMBUDO_KILL_AT"

LANDING = (
    "landing.leftovers_cleared",
    "landing.quarantine_written",
    "landing.written",
    "landing.entered",
)
CANDIDATE = (
    "candidate.made",
    "candidate.warehouse_ready",
    "candidate.marts_ready",
    "candidate.checkpointed",
    "candidate.sealed",
)
PUBLISH = (
    "publish.receipt_verified",
    "publish.contents_verified",
    "publish.artifacts_kept",
    "publish.described",
    "publish.synced",
    "publish.intended",
    "publish.renamed",
    "publish.linked",
    "publish.switched",
    "publish.done",
)
PRUNE = ("prune.moved", "prune.done")
ROLLBACK = ("rollback.linked", "rollback.switched")
RECOVER = ("recover.linked", "recover.switched", "recover.finished", "recover.cleared")
API = ("api.page", "api.written", "api.remembered", "api.named")
FORGET = (
    "forget.noted",
    "forget.tombstone_entered",
    "forget.landing_erased",
    "erase.databases_written",
    "erase.renamed",
    "erase.linked",
    "erase.switched",
    "erase.moved",
    "forget.releases_erased",
    "forget.swept",
)
LEDGER = ("ledger.copied", "ledger.repaired", "ledger.corrupt_moved")
REFRESH = (
    "refresh.locked",
    "refresh.recovered",
    "refresh.begun",
    "refresh.landing_shown",
    "refresh.first_model_built",
    "refresh.built",
    "refresh.metrics_evaluated",
    "refresh.exports_written",
    "refresh.marts_checked",
    "refresh.results_written",
    "refresh.signed",
    "refresh.written_down",
)
"""In the order of a refresh; those of other packages lie between them."""

STEPS = frozenset(
    (
        *API,
        *LANDING,
        *CANDIDATE,
        *PUBLISH,
        *PRUNE,
        *ROLLBACK,
        *RECOVER,
        *LEDGER,
        *FORGET,
        *REFRESH,
    ),
)


def failpoint(step: str) -> None:
    """Mark that `step` (e.g. `publish.renamed`) has just been completed.

    Raises ValueError for a step that is not in `STEPS`, where no test would kill it.
    """
    if step not in STEPS:
        raise ValueError(f"{step!r} is not a step of orchestration.core.failpoints")
    if os.environ.get(KILL_AT) == step:
        os.kill(os.getpid(), signal.SIGKILL)
