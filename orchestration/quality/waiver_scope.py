"""Whether a waiver is for what a check finds now: the same, or nearly so.

Granting waivers belongs to `operations.waivers`, what they change to `verdict`.
"""

from __future__ import annotations

import re

from orchestration.core.records import CheckResult, Waiver

TOLERANCE = 0.1
"""How far a figure may lie from what the waiver was granted for, as a share of it."""

LOAD_QUARANTINED = ", load quarantined"
"""What a check adds to what it observed where it quarantines the load."""

_DAY = r"\d{4}-\d{2}(?:-\d{2})?(?:[T ]\d{2}:\d{2}(?::\d{2})?)?"
_NUMBER = r"[-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?"
_PIECES = re.compile(f"({_DAY})|({_NUMBER})")


def covers(waiver: Waiver, check: CheckResult) -> bool:
    """Whether the waiver was granted for what the check finds: equal in words and days, figures within a tenth."""
    seen = waiver.seen
    if seen is None or waiver.has_ended:
        return False
    if check.failures > seen.failures * (1 + TOLERANCE):
        return False
    return any(_is_near(observed, check.observed) for observed in seen.observed.split("\n"))


def _is_near(observed: str, observed_now: str) -> bool:
    words, figures = _parts(observed)
    words_now, figures_now = _parts(observed_now)
    return words == words_now and all(
        abs(now - before) <= TOLERANCE * abs(before)
        for before, now in zip(figures, figures_now, strict=True)
    )


def not_covered(waiver: Waiver) -> str:
    """What to tell whoever has a waiver that is not for this."""
    if waiver.seen is None:
        return f"The waiver of {waiver.signed_by} names no refresh: grant it again for what this one found."
    return (
        f"The waiver of {waiver.signed_by} is for what run {waiver.seen.run_id} found "
        f"({waiver.seen.observed}), not for this: look again before you grant another."
    )


def _parts(observed: str) -> tuple[str, list[float]]:
    """The text with its days, figures left open, and the figures."""
    text = observed.removesuffix(LOAD_QUARANTINED)
    figures = [float(piece[2].replace(",", "")) for piece in _PIECES.finditer(text) if piece[2]]
    return _PIECES.sub(lambda piece: piece[1] or "#", text), figures
