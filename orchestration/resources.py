"""The running refresh as a Dagster resource.

One run of the job is one `RefreshSession`: it is entered when the run starts, holds the refresh lock until the
run ends, and every asset finds it as `context.resources.refresh`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from orchestration.core.errors import EmbudoError
from orchestration.core.records import Reporter
from orchestration.core.resource_limits import relax_garbage_collection
from orchestration.observability.dagster_instance import end_lost_runs
from orchestration.privacy.redaction import redacted
from orchestration.refresh.session import RefreshSession
from orchestration.settings.workspace import Workspace

RESOURCE_KEY = "refresh"


class _LogReporter:
    """Writes the progress of a refresh into the run's log, for runs that Dagster starts itself."""

    def __init__(self, log: dg.DagsterLogManager) -> None:
        self._log = log

    def step(self, name: str) -> None:
        self._log.info(name)

    def detail(self, text: str) -> None:
        self._log.info(text)


def refresh_resource(
    workspace: Workspace, *, started: RefreshSession | None = None
) -> dg.ResourceDefinition:
    """The resource: `started` where the command line has begun the refresh itself, else one of its own."""

    @dg.resource(
        config_schema={
            "full": dg.Field(bool, default_value=False, description="Rebuild all history."),
        },
        description="The refresh in progress: settings, home, lock and candidate.",
    )
    def refresh(context: dg.InitResourceContext) -> Iterator[RefreshSession]:
        if started is not None:
            yield started
            return
        relax_garbage_collection()  # Dagster gives each run a process of its own
        run_id = (context.run_id or "manual").split("-")[0]
        report: Reporter = _LogReporter(context.log) if context.log else _Silent()
        full = bool(context.resource_config["full"])
        with RefreshSession(workspace, run_id=run_id, report=report, full=full) as running:
            if context.instance is not None:
                end_lost_runs(context.instance, sparing=context.run_id or "")
            yield running

    return refresh


class _Silent:
    def step(self, name: str) -> None:
        """Nobody listens."""

    def detail(self, text: str) -> None:
        """Nobody listens."""


@contextmanager
def plain_errors(run: RefreshSession) -> Iterator[None]:
    """Turn errors that a person can fix into Dagster failures with their message and no retry."""
    try:
        with run.noting_errors():
            yield
    except EmbudoError as error:
        raise dg.Failure(description=redacted(str(error)), allow_retries=False) from error
