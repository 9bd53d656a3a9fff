"""Candidates become releases here, releases are listed, rolled back and pruned.

Invariants I1, I2 and I6: readers see complete releases only, a failed gate publishes nothing, and a
process killed anywhere leaves the current release intact. What is in a warehouse, and whether it is
good, does not belong here.
"""

from orchestration.publication.candidate import (
    Candidate,
    clean_candidates,
    open_candidate,
    prepare_candidate,
    seal,
)
from orchestration.publication.files import assert_closed
from orchestration.publication.lock import lock_holder, refresh_lock
from orchestration.publication.publish import next_release_id, publish
from orchestration.publication.receipt import read_receipt
from orchestration.publication.recovery import Recovered, recover
from orchestration.publication.releases import (
    current_directory,
    current_id,
    current_release,
    prune,
    release_directory,
    release_ids,
    releases,
    verify_release,
)
from orchestration.publication.rollback import rollback
from orchestration.publication.scratch import scratch_copy

__all__ = [
    "Candidate",
    "Recovered",
    "assert_closed",
    "clean_candidates",
    "current_directory",
    "current_id",
    "current_release",
    "lock_holder",
    "next_release_id",
    "open_candidate",
    "prepare_candidate",
    "prune",
    "publish",
    "read_receipt",
    "recover",
    "refresh_lock",
    "release_directory",
    "release_ids",
    "releases",
    "rollback",
    "scratch_copy",
    "seal",
    "verify_release",
]
