"""A reporter for tests: silent, its messages kept."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class RecordingReporter:
    """Keeps the details that a task reports."""

    details: list[str] = field(default_factory=list)

    def step(self, name: str) -> None:
        """Steps are not kept."""

    def detail(self, text: str) -> None:
        """Keep it."""
        self.details.append(text)
