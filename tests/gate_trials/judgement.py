"""What a trial shows: whether the gate stopped the release, warned or was silent, and whether a check names the stream.

An alarm that the undamaged month raises too is no merit, and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from tests.gate_trials.damages.records import Kind
from tests.gate_trials.trial import Alarm, Trial

Outcome = Literal["stopped", "warned", "silent", "error"]

_ALSO: Mapping[str, tuple[str, ...]] = {
    "orders": ("order_lines", "shop"),
    "order_lines": ("orders", "shop"),
    "deal_stage_changes": ("stage_visits", "stage_changes"),
    "email_events": ("campaign_emails", "mailer"),
    "campaigns": ("campaigns", "mailer"),
    "marketing_spend": ("spend",),
    "survey_answers": ("survey", "csat", "nps"),
    "calls": ("calls", "pbx"),
    "agent_states": ("agent", "pbx"),
    "invoices": ("billing",),
    "staff_costs": ("staff",),
}
"""Other words by which a check names a stream: its mart, or its source where that has few streams."""


@dataclass(frozen=True)
class Judged:
    """A trial, its outcome, and the alarms that are due to the damage, those that stop first."""

    kind: Kind
    trial: Trial
    outcome: Outcome
    alarms: tuple[Alarm, ...]
    named: tuple[Alarm, ...]
    """Those that name a damaged stream."""

    @property
    def is_caught(self) -> bool:
        """Whether a check that names the stream failed or warned."""
        return bool(self.named)

    @property
    def as_expected(self) -> bool:
        """Whether what has to stop was stopped, and what is unusual at least warned of."""
        return self.outcome == "stopped" if self.kind.expected == "stops" else self.is_caught


def judge(kind: Kind, trial: Trial, *, usual: Collection[str]) -> Judged:
    """The outcome of a trial; `usual` are the titles of what the undamaged month raises."""
    due = [alarm for alarm in trial.alarms if alarm.title not in usual]
    alarms = tuple(sorted(due, key=lambda alarm: not alarm.stops))
    named = tuple(alarm for alarm in alarms if names_one_of(alarm, trial.damage.streams))
    outcome: Outcome = "warned" if alarms else "silent"
    if any(alarm.stops for alarm in alarms):
        outcome = "stopped"
    return Judged(kind, trial, "error" if trial.error else outcome, alarms, named)


def names_one_of(alarm: Alarm, streams: Collection[str]) -> bool:
    """Whether a check names one of the streams (`source.stream`), by its own name or its mart's."""
    return bool(_words(streams).search(f"{alarm.title} {alarm.observed}"))


def _words(streams: Collection[str]) -> re.Pattern[str]:
    names: set[str] = set()
    for title in streams:
        stream = title.partition(".")[2]
        names |= {stream, *_ALSO.get(stream, ())}
    listed = "|".join(sorted(map(re.escape, names)))
    return re.compile(rf"(?<![a-z])({listed})(?![a-z])")
