"""What the environment says: `EMBUDO_…` variables, over `embudo.yml`.

Secrets of sources belong in the environment too, and are read where they are used, never here.
"""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Environment(BaseSettings):
    """`EMBUDO_HOME`, `EMBUDO_CONFIG`, `EMBUDO_INBOX` …; empty variables count as unset."""

    model_config = SettingsConfigDict(
        env_prefix="EMBUDO_", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Path(".embudo")
    config: Path = Path("embudo.yml")
    inbox: Path | None = None
    company: str | None = None
    time_zone: str | None = None
    currency: str | None = None
    country: str | None = None
    as_of: str | None = None
    keep_releases: str | None = None
    schedule: str | None = None

    def overrides(self) -> dict[str, str]:
        """The keys of `embudo.yml` that the environment sets, as text."""
        names = (
            "company",
            "time_zone",
            "currency",
            "country",
            "as_of",
            "keep_releases",
            "schedule",
        )
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}
