"""The steps of a run as OpenLineage events, in a file of the home; nothing is sent anywhere.

Which steps there are belongs to `refresh`.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from orchestration.core.records import StepFacts
from orchestration.privacy.redaction import redacted

if TYPE_CHECKING:
    from openlineage.client.event_v2 import OutputDataset

NAMESPACE = "embudo"
PRODUCER = "urn:embudo"


@dataclass(frozen=True)
class Dataset:
    """What a step read or wrote: its name, and rows and bytes where they are known."""

    name: str
    rows: int | None = None
    size_bytes: int | None = None


def run_event(
    kind: str,
    *,
    run_id: str,
    step: str,
    number: int,
    inputs: Sequence[Dataset] = (),
    outputs: Sequence[Dataset] = (),
    facts: StepFacts | None = None,
    error: BaseException | None = None,
) -> str:
    """A RunEvent as JSON. `kind` is START, COMPLETE or FAIL; `number` is the step's place in its run.

    Both events of a step have the same run id, derived from the run, the step and its number.
    """
    # Imported where a step is recorded: it takes a third of a second, and an idle refresh has no step.
    from openlineage.client import event_v2, facet_v2, serde

    job = "refresh." + step.lower().replace(" ", "_")
    facets: dict[str, Any] = {
        "parent": facet_v2.parent_run.ParentRunFacet(
            run=facet_v2.parent_run.Run(runId=_uuid(run_id)),
            job=facet_v2.parent_run.Job(namespace=NAMESPACE, name="refresh"),
            producer=PRODUCER,
        )
    }
    if error is not None:
        facets["errorMessage"] = facet_v2.error_message_run.ErrorMessageRunFacet(
            message=redacted(str(error)), programmingLanguage="python", producer=PRODUCER
        )
    if facts is not None:
        facets["embudo_step"] = _step_facet()(
            runId=run_id,
            seconds=round(facts.seconds, 3),
            rows=facts.rows,
            bytes=facts.size_bytes,
            peakMemoryBytes=facts.peak_memory_bytes,
            producer=PRODUCER,
        )
    event = event_v2.RunEvent(
        eventType=event_v2.RunState[kind],
        eventTime=datetime.now(UTC).isoformat(timespec="milliseconds"),
        producer=PRODUCER,
        run=event_v2.Run(runId=_uuid(f"{run_id}/{number}/{job}"), facets=facets),
        job=event_v2.Job(namespace=NAMESPACE, name=job),
        inputs=[event_v2.InputDataset(NAMESPACE, dataset.name) for dataset in inputs],
        outputs=[_output(dataset) for dataset in outputs],
    )
    return str(serde.Serde.to_json(event))


def _output(dataset: Dataset) -> OutputDataset:
    from openlineage.client import event_v2, facet_v2

    statistics = facet_v2.output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
        rowCount=dataset.rows, size=dataset.size_bytes, producer=PRODUCER
    )
    known = dataset.rows is not None or dataset.size_bytes is not None
    return event_v2.OutputDataset(
        NAMESPACE, dataset.name, outputFacets={"outputStatistics": statistics} if known else {}
    )


@cache
def _step_facet() -> Any:
    """Our own facet: what a step took."""
    import attr
    from openlineage.client.facet_v2 import RunFacet

    @attr.define
    class StepRunFacet(RunFacet):
        runId: str
        seconds: float
        rows: int | None
        bytes: int | None
        peakMemoryBytes: int

        @staticmethod
        def _get_schema() -> str:
            return f"{PRODUCER}:step"

    return StepRunFacet


def _uuid(name: str) -> str:
    """OpenLineage names runs by UUID: the same one for the same run and step."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{PRODUCER}:{name}"))
