"""Findings of a metric review, in English and Spanish.

Judging a metric belongs to `metric_review`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

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

    def text(self, lang: Literal["en", "es"] = "en") -> str:
        """The finding as a sentence."""
        return TEXTS[self.code][lang == "es"].format(**self.facts)


TEXTS: dict[str, tuple[str, str]] = {
    "no_objective": (
        "serves no objective (meta `objective`)", "no sirve a ningún objetivo (meta `objective`)",
    ),
    "nobody": ("nobody watches it (meta `roles`)", "nadie la mira (meta `roles`)"),
    "no_target": (
        "has no target (seeds/targets.csv)", "no tiene objetivo numérico (seeds/targets.csv)",
    ),
    "out_of_reach": (
        "the target {target} of {period} is out of reach: the best {grain} of {n} was {best}",
        "el objetivo {target} de {period} no es alcanzable: el mejor valor de {n} ({grain}) fue {best}",
    ),
    "no_history": (
        "fewer than {n} months of values to judge it by",
        "menos de {n} meses con valores para juzgarla",
    ),
    "still": ("does not vary: {value} all the time", "no varía: siempre {value}"),
    "copy": (
        "moves exactly as {other} does (r = {r} over {n} months)",
        "se mueve igual que {other} (r = {r} en {n} meses)",
    ),
    "untested": ("no test names it", "ninguna prueba la nombra"),
    "parts_untested": (
        "no test names it, nor all that it is made of: {parts}",
        "ninguna prueba la nombra, ni todo de lo que se compone: {parts}",
    ),
    "unchecked": ("no dbt test stands on {mart}", "ninguna prueba de dbt está sobre {mart}"),
    "no_owner": ("has no owner (meta `owner`)", "no tiene responsable (meta `owner`)"),
    "no_action": (
        "nothing to do when it is off (meta `action`)",
        "no dice qué hacer cuando va mal (meta `action`)",
    ),
    "dead": (
        "has had no value since {since}", "no tiene valor desde {since}",
    ),
    "no_review": (
        "no review date (`set_on` and `review_every_months` of its target)",
        "sin fecha de revisión (`set_on` y `review_every_months` de su objetivo)",
    ),
    "overdue": ("its review has been due since {since}", "su revisión venció el {since}"),
}  # fmt: skip
