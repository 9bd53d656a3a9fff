"""Gate 3: standing exceptions of embudo.yml that have ended, mean no check of the project, or cover nothing any more.

A release keeps on which day each covered something for the last time (`exceptions.json`).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from orchestration.quality.exception_usage import last_used
from orchestration.quality.limits import About
from orchestration.quality.outcomes import Cause, Finding
from orchestration.quality.registry import check, names_with_families
from orchestration.quality.subjects import GateInput
from orchestration.settings.gate_rules import EXCEPTIONS_CHECK


@check(
    gate=3,
    name=EXCEPTIONS_CHECK,
    on="embudo.yml",
    policy="warn",
    remedy="Set another `until` of the exception in embudo.yml where it still holds, or take it out.",
)
def exceptions_in_force(
    candidate: GateInput,
    *,
    unused_days: Annotated[int, About("days for which an exception may cover nothing", low=1)] = 90,
) -> Finding:
    """Exceptions of embudo.yml whose last day is over, whose check the project does not have, or that have covered
    nothing for three months.
    """
    exceptions, used = candidate.exceptions, last_used(candidate.previous)
    meaningless = exceptions.without_check(names_with_families(candidate.definitions))
    causes = [
        Cause(f"{spec.title}: ended on {spec.until} ({spec.reason})") for spec in exceptions.ended
    ]
    for spec in exceptions.open:
        since = used.get(spec.title, exceptions.today)
        if spec in meaningless:
            causes.append(Cause(f"{spec.title}: there is no such check in the project"))
        elif exceptions.today - since > timedelta(days=unused_days):
            causes.append(Cause(f"{spec.title}: has covered nothing since {since}"))
    expected = "exceptions that hold, and that something needs"
    if causes:
        return Finding.of_causes(causes, expected=expected)
    return Finding(passed=True, observed=f"{len(exceptions.open)} in force", expected=expected)
