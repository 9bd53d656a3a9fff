"""Findings of a metric review, and their sentences.

Judging a metric belongs to `metric_review`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from semantic_layer.translation import N_, Language, translate

QualityCriterion = Literal["aligned", "attainable", "acute", "accurate", "actionable", "alive"]
CRITERIA: tuple[QualityCriterion, ...] = (
    "aligned", "attainable", "acute", "accurate", "actionable", "alive",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a metric lacks for one criterion: a code of `TEXTS`, and the facts of its sentence."""

    criterion: QualityCriterion
    code: str
    facts: Mapping[str, str]

    def text(self, lang: Language = "en") -> str:
        """The finding as a sentence."""
        return translate(TEXTS[self.code], lang).format(**self.facts)


TEXTS = {
    "no_objective": N_("serves no objective (meta `objective`)"),
    "nobody": N_("nobody watches it (meta `roles`)"),
    "no_target": N_("has no target (seeds/targets.csv)"),
    "out_of_reach": N_(
        "the target {target} of {period} is out of reach: the best {grain} of {n} was {best}"
    ),
    "no_history": N_("fewer than {n} months of values to judge it by"),
    "still": N_("does not vary: {value} all the time"),
    "copy": N_("moves exactly as {other} does (r = {r} over {n} months)"),
    "untested": N_("no test names it"),
    "parts_untested": N_("no test names it, nor all that it is made of: {parts}"),
    "unchecked": N_("no dbt test stands on {mart}"),
    "no_owner": N_("has no owner (meta `owner`)"),
    "no_action": N_("nothing to do when it is off (meta `action`)"),
    "dead": N_("has had no value since {since}"),
    "no_review": N_("no review date (`set_on` and `review_every_months` of its target)"),
    "overdue": N_("its review has been due since {since}"),
}
