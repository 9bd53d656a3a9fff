"""The releases of a home, as a server reads them. Opening and answering belongs to `semantic_layer`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestration import publication
from orchestration.settings import Home
from semantic_layer.release_store import KeptRelease


@dataclass(frozen=True)
class HomeReleases:
    """A `ReleaseStore` over the releases of a home."""

    home: Home

    def current_id(self) -> str | None:
        """The release that readers get; None where nothing was published yet."""
        return publication.current_id(self.home)

    def release_ids(self) -> list[str]:
        """All releases, the newest first."""
        return publication.release_ids(self.home)

    def kept_releases(self) -> tuple[KeptRelease, ...]:
        """What is known of all releases that can be read, the newest first."""
        return tuple(
            KeptRelease(
                release_id=release.release_id,
                published_at=release.published_at,
                as_of=release.as_of,
                verdict=str(release.verdict),
                is_current=release.is_current,
                accepted=tuple(sorted(release.accepted)),
            )
            for release in publication.releases(self.home)
        )

    def directory(self, release_id: str) -> Path:
        """The folder of a release; raises `ReleaseCorrupt` where it is not as it was published."""
        return publication.release_directory(self.home, release_id)
