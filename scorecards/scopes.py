"""Whom a scorecard is about: the company, a region, a team or a rep, found by what a person types."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.core.errors import QueryInvalid
from scorecards.cadence import COMPANY

if TYPE_CHECKING:
    from semantic_layer.layer import SemanticLayer

_SUBJECTS = """
    select distinct 'team' as scope, team as scope_key, team as name from core.dim_reps
    where team is not null
    union all
    select distinct 'region', region, region from core.dim_reps where region is not null
    union all
    select 'rep', rep_key, rep_name from core.dim_reps where is_latest
    order by all
"""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One key of one scope, and its name."""

    scope: str
    key: str
    name: str


def find_subject(layer: SemanticLayer, text: str | None) -> Subject:
    """The rep (by name, key, or the source's own id), team or region that `text` means; the company for None.

    Raises `QueryInvalid` with the nearest names for a text that matches nobody, and with the keys for
    one that matches several.
    """
    if text is None:
        return Subject(scope=COMPANY, key=COMPANY, name=COMPANY)
    subjects = [
        Subject(scope=row["scope"], key=row["scope_key"], name=row["name"])
        for row in layer.rows(_SUBJECTS)
    ]
    wanted = text.strip().lower()
    matches = [subject for subject in subjects if wanted in _names(subject)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        keys = ", ".join(f"{subject.key} ({subject.scope})" for subject in matches)
        raise QueryInvalid(f"`{text}` may mean {keys}. Use the key instead.")
    spelt = {name: subject for subject in subjects for name in _names(subject)}
    near = difflib.get_close_matches(wanted, list(spelt), n=3, cutoff=0.5)
    nearest = list(dict.fromkeys(f"{spelt[name].name} ({spelt[name].scope})" for name in near))
    advice = f" Nearest: {', '.join(nearest)}." if nearest else ""
    teams = ", ".join(subject.name for subject in subjects if subject.scope != "rep")
    raise QueryInvalid(
        f"There is no rep, team or region `{text}`.{advice} Teams and regions: {teams}. "
        "Reps: `embudo query activities --by rep__key,rep__name`."
    )


def _names(subject: Subject) -> set[str]:
    """What a subject may be called, in lower case."""
    return {
        subject.key.lower(),
        subject.key.partition(":")[2].lower(),
        subject.name.strip().lower(),
    } - {""}
