"""What a refresh does, recorded as it happens: JSON lines for people, OpenLineage events for machines.

`<home>/logs/<run id>.jsonl` has one line per message; `<home>/events/<run id>.jsonl` a START and a COMPLETE or
FAIL per step, in the form of OpenLineage's RunEvent, with inputs, outputs, rows, bytes and seconds. Both have
counts and names, never contact data or a secret; nothing is sent anywhere. Files are made with the first step, so
that a run without work writes nothing; the oldest runs are pruned.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.core.processes import peak_memory
from orchestration.core.records import Reporter, StepFacts
from orchestration.observability.lineage import Dataset, run_event
from orchestration.privacy.redaction import redacted
from orchestration.settings import Home

KEPT_RUNS = 100


@dataclass
class RunRecorder:
    """A reporter that also writes log and events. `facts` are the steps so far, for `quality.steps`."""

    inner: Reporter
    home: Home
    run_id: str
    facts: list[StepFacts] = field(default_factory=list)
    _step: str = ""
    _since: float = 0.0
    _started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _inputs: tuple[Dataset, ...] = ()
    _outputs: tuple[Dataset, ...] = ()

    @property
    def seconds(self) -> dict[str, float]:
        """Wall time of each step, in seconds."""
        times: dict[str, float] = {}
        for fact in self.facts:
            times[fact.step] = times.get(fact.step, 0.0) + fact.seconds
        return times

    def step(self, name: str) -> None:
        """Begin a named step; the step before it ends well."""
        if not self._step:
            self._prune()
        self._end("COMPLETE")
        self.inner.step(name)
        self._step, self._since = name, time.monotonic()
        self._started_at = datetime.now(UTC)
        self._inputs, self._outputs = (), ()
        self._event("START")
        self._log("info", "started")

    def detail(self, text: str) -> None:
        """Report a count or a fact about the current step."""
        self.inner.detail(text)
        self._log("info", text)

    def datasets(self, *, inputs: Sequence[Dataset] = (), outputs: Sequence[Dataset] = ()) -> None:
        """What the current step has read and written; recorded when it ends."""
        self._inputs, self._outputs = tuple(inputs), tuple(outputs)

    def end(self, error: BaseException | None = None) -> None:
        """The last step is over: well, or with the error."""
        if error is not None:
            self._log("error", str(error) or type(error).__name__)
        self._end("FAIL" if error is not None else "COMPLETE", error)

    def warn(self, text: str) -> None:
        """Log what a person should check, outside any step's progress."""
        self._log("warning", text)

    def _end(self, kind: str, error: BaseException | None = None) -> None:
        if not self._step:
            return
        outputs = self._outputs
        known = [dataset.rows for dataset in outputs if dataset.rows is not None]
        sizes = [dataset.size_bytes for dataset in outputs if dataset.size_bytes is not None]
        fact = StepFacts(
            step=self._step,
            started_at=self._started_at,
            seconds=time.monotonic() - self._since,
            rows=sum(known) if known else None,
            size_bytes=sum(sizes) if sizes else None,
            peak_memory_bytes=peak_memory(),
        )
        self.facts.append(fact)
        self._event(kind, facts=fact, error=error)
        measures = {"seconds": round(fact.seconds, 3), "rows": fact.rows, "bytes": fact.size_bytes,
                "peak_memory_bytes": fact.peak_memory_bytes}  # fmt: skip
        self._log("error" if error else "info", "failed" if error else "done", **measures)
        self._step = ""

    def _log(self, level: str, message: str, **more: Any) -> None:
        line = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "level": level,
            "run_id": self.run_id,
            "step": self._step or None,
            "message": redacted(message),
            **{name: value for name, value in more.items() if value is not None},
        }
        _append(self.home.logs / f"{self.run_id}.jsonl", json.dumps(line, ensure_ascii=False))

    def _event(
        self, kind: str, *, facts: StepFacts | None = None, error: BaseException | None = None
    ) -> None:
        event = run_event(
            kind,
            run_id=self.run_id,
            step=self._step,
            number=len(self.facts) - (facts is not None),
            inputs=self._inputs,
            outputs=self._outputs,
            facts=facts,
            error=error,
        )
        _append(self.home.events / f"{self.run_id}.jsonl", event)

    def _prune(self) -> None:
        for folder in (self.home.logs, self.home.events):
            folder.mkdir(parents=True, exist_ok=True)
            kept = sorted(folder.glob("*.jsonl"), key=lambda path: path.stat().st_mtime)
            for path in kept[: max(0, len(kept) - KEPT_RUNS + 1)]:
                path.unlink(missing_ok=True)


def _append(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
