"""Records of `embudo doctor`: what to inspect, and what was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from orchestration.settings import Home

State = Literal["ok", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """The result of one check. `fix` is the command or action that resolves it; empty where nothing is wrong."""

    area: str
    state: State
    message: str
    fix: str = ""


@dataclass(frozen=True)
class Inspection:
    """What to inspect. `quick` compares sizes and fingerprints; `progress` is called with an area, bytes done and
    bytes in all.
    """

    config: Path
    home: Home
    inbox: Path | None = None
    quick: bool = False
    progress: Callable[[str, int, int], None] = lambda area, done, total: None
