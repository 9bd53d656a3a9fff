"""What all parts of `embudo.yml` have in common: no unknown keys, and nothing changes once read."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A mapping of `embudo.yml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
