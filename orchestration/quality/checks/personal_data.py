"""Gate 3: addresses and names of contacts in what leaves the private warehouse.

Texts are masked and ids hashed before this; what is found here got past both, or is an id that names somebody.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from orchestration.privacy.private_values import PrivateValues
from orchestration.privacy.public_texts import find, found_in_texts
from orchestration.quality.outcomes import Finding
from orchestration.quality.registry import check
from orchestration.quality.subjects import GateInput

_SHOWN = 8
_EXPECTED = "no e-mail, no phone and no full name of a contact"


@check(
    gate=3,
    name="personal_data.marts",
    on="marts and exports",
    remedy="Take the column out of the mart, or hash it (`keyed_hash`, `public_id`; docs/dev/personal-data.md). "
    "Where no privacy key is set, `embudo init --key` makes one. `publish_contact_names: true` in embudo.yml "
    "lets full names out.",
)
def personal_data_in_marts(candidate: GateInput) -> Finding:
    """Every text column of the public marts, alerts, scorecards and exports, searched for e-mails and phones in all
    usual spellings and for full names of contacts.
    """
    with candidate.databases.open() as connection:
        found = find(connection, PrivateValues.of(connection))
    places = [
        f"{column.schema}.{column.table}.{column.column}: {len(values):,} "
        f"({', '.join(sorted({kind for one in values for kind in one.kinds}))})"
        for column, values in sorted(found.items(), key=lambda item: -len(item[1]))
    ]
    more = f"; and {len(places) - _SHOWN} more columns" if len(places) > _SHOWN else ""
    return Finding(
        passed=not found,
        observed="; ".join(places[:_SHOWN]) + more if found else "none",
        expected=_EXPECTED,
        failures=sum(len(values) for values in found.values()),
    )


@check(
    gate=3,
    name="personal_data.docs",
    on="Data Docs and logs",
    remedy="Report it with the line of the log named here: a message quotes a row. `embudo forget` cleans the log.",
)
def personal_data_in_docs(candidate: GateInput) -> Finding:
    """What checks of loads report, and the log of this refresh, searched for the same."""
    with candidate.databases.open() as connection:
        found = found_in_texts(connection, PrivateValues.of(connection), _texts(candidate))
    kinds = sorted({kind for one in found for kind in one.kinds})
    return Finding(
        passed=not found,
        observed=f"{len(found):,} texts with {', '.join(kinds)}" if found else "none",
        expected=_EXPECTED,
        failures=len(found),
    )


def _texts(candidate: GateInput) -> Iterator[str]:
    for result in candidate.loads:
        yield from (result.observed, result.expected, *result.sample_keys, *result.sample_rows)
    log = candidate.directory.parent.parent / "logs" / f"{candidate.run_id}.jsonl"
    if log.is_file():
        with log.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                yield from _values(line)


def _values(line: str) -> Iterator[str]:
    """The texts of a line of JSON, else the line."""
    try:
        fields = json.loads(line)
    except ValueError:
        yield line
        return
    if isinstance(fields, dict):
        yield from (value for value in fields.values() if isinstance(value, str))
