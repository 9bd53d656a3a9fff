"""Where a server finds releases, and what it knows of each before it is opened.

Publishing releases is for others: a server only lists and reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from orchestration.core.errors import QueryInvalid


class ReleaseUnknown(QueryInvalid):
    """A request names a release that is not kept here."""


@dataclass(frozen=True, kw_only=True)
class KeptRelease:
    """A release that can be queried. Times are UTC."""

    release_id: str
    published_at: datetime
    as_of: datetime
    verdict: str
    is_current: bool
    accepted: tuple[str, ...] = ()
    """Failed checks that a person waived."""


class ReleaseStore(Protocol):
    """Where releases are found."""

    def current_id(self) -> str | None:
        """The release that readers get; None where nothing was published yet. Takes microseconds."""

    def release_ids(self) -> list[str]:
        """All releases, the newest first."""

    def kept_releases(self) -> tuple[KeptRelease, ...]:
        """What is known of all releases that can be read, the newest first."""

    def directory(self, release_id: str) -> Path:
        """The folder of a release; raises `ReleaseCorrupt` where it is not as it was published."""
