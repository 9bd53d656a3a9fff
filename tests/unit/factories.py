"""A refresh as Dagster's assets see it: its steps are noted, and return what a test chooses."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from orchestration.resources import RESOURCE_KEY


@dataclass
class StubRefresh:
    """Stands in for `RefreshSession`: `answers` is step to what it returns, or to the error it raises."""

    answers: dict[str, Any] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    @contextlib.contextmanager
    def noting_errors(self) -> Iterator[None]:
        """Note what ended the refresh."""
        try:
            yield
        except BaseException as error:
            self.errors.append(error)
            raise

    def __getattr__(self, step: str) -> Any:
        if step.startswith("_"):
            raise AttributeError(step)

        def call() -> Any:
            self.steps.append(step)
            answer = self.answers.get(step)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def materialize(
    *definitions: Any, refresh: StubRefresh, selection: dg.AssetSelection | None = None
) -> dg.ExecuteInProcessResult:
    """Run assets, or those selected, in this process on an instance that is thrown away."""
    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize(
            list(definitions),
            instance=instance,
            resources={RESOURCE_KEY: dg.ResourceDefinition.hardcoded_resource(refresh)},
            raise_on_error=False,
            selection=selection,
        )
