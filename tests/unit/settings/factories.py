"""An `embudo.yml` in a folder."""

from __future__ import annotations

from pathlib import Path


def write(folder: Path, text: str) -> Path:
    """Write it; returns its path."""
    path = folder / "embudo.yml"
    path.write_text(text, encoding="utf-8")
    return path
