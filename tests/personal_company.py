"""A company whose exports have addresses and names of persons in every text column of every stream.

For each column that is no closed vocabulary there is one row per spelling; the other columns of the row are valid.
Which columns there are is read from the contract, so that the next one is tried too.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence

from orchestration.settings.contract import StreamContract
from orchestration.settings.contract_loading import load_contract
from tests.spellings import PEOPLE, Person

_DAY = "2026-05-04T10:00:00Z"
_ROWS: dict[str, dict[str, object]] = {
    "users": {"full_name": "Rosa Gil", "team": "Norte", "role": "rep", "updated_at": _DAY},
    "accounts": {"name": "Talleres Peña"},
    "contacts": {"created_at": _DAY},
    "leads": {"created_at": _DAY},
    "deals": {
        "stage": "Lost", "status": "lost", "created_at": _DAY, "closed_at": _DAY, "amount": 5
    },
    "deal_stage_changes": {"deal_id": "D1", "stage": "Lost", "entered_at": _DAY},
    "activities": {"kind": "meeting", "started_at": _DAY},
    "tasks": {"due_at": _DAY},
    "products": {"name": "Mesa", "unit_price": 10},
    "orders": {"account_id": "A1", "ordered_at": _DAY, "status": "completed"},
    "order_lines": {
        "order_id": "O1", "line_no": 1, "product_id": "P1", "quantity": 1, "unit_price": 10
    },
    "invoices": {"invoiced_on": "2026-05-04", "amount": 10, "status": "paid"},
    "calls": {"direction": "inbound", "disposition": "answered", "started_at": _DAY, "talk_seconds": 9},
    "agent_states": {"state": "on_call", "started_at": _DAY, "ended_at": "2026-05-04T11:00:00Z"},
    "campaigns": {"name": "Mayo", "channel": "email"},
    "email_events": {"campaign_id": "K1", "kind": "sent", "occurred_at": _DAY},
    "social_interactions": {
        "network": "linkedin", "prospect_handle": "h1", "kind": "like", "occurred_at": _DAY
    },
    "marketing_spend": {"spend_on": "2026-05-04", "channel": "email", "amount": 1},
    "survey_answers": {"survey": "csat", "score": 4, "answered_at": _DAY},
    "staff_costs": {"user_id": "U1", "month": "2026-05-01", "salary": 1000},
    "targets": {
        "metric": "revenue", "scope": "team", "scope_key": "Norte", "period_grain": "month",
        "period_start": "2026-05-01", "target": 1,
    },
}  # fmt: skip
_NAMES_OF_OTHERS = {
    *(("users", "full_name"), ("users", "email"), ("users", "phone_extension")),
    ("products", "name"),
}
"""What is called so is no contact by definition, and whose address it is, is one of us."""

_PARTS_OF_KEYS = {
    *(("targets", "scope_key"), ("marketing_spend", "channel"), ("deal_stage_changes", "stage")),
    *(("deals", "stage"), ("users", "team"), ("users", "region")),
}
"""Categories that keys are made of: the gate stops a release with an address in one."""

Spell = Callable[[Person], Mapping[str, str]]


def addresses_of(person: Person) -> dict[str, str]:
    """Spellings of e-mail and phone alone."""
    return {f"email {kind}": text for kind, text in person.emails().items()} | {
        f"phone {kind}": text for kind, text in person.phones().items()
    }


def files_with_people(
    people: Sequence[Person] = PEOPLE,
    *,
    spell: Spell = Person.spellings,
    spell_ids: Spell | None = None,
) -> dict[str, str]:
    """Stream to the text of its CSV file: the persons as contacts, then every spelling in every column.

    `spell_ids` are the spellings for columns of ids, where they differ.
    """
    contract = load_contract()
    return {
        name: _file(contract[name], people, spell, spell_ids or spell)
        for name in _ROWS
        if name in contract
    }


def _file(stream: StreamContract, people: Sequence[Person], spell: Spell, spell_ids: Spell) -> str:
    rows: list[dict[str, object]] = [_row(stream, "1")]
    if stream.name == "contacts":
        for person in people:
            # somebody else of that given name: an account of the full name is no company's
            given = person.full_name.split()[0]
            rows.append(
                _row(stream, "") | {"contact_id": f"O-{given}", "full_name": f"{given} Vela"}
            )
            rows.append(
                _row(stream, "")
                | {"contact_id": person.contact, "full_name": person.full_name}
                | {"email": person.email, "mobile": person.number}
            )
    number = 1
    for column in stream.columns:
        if column.data_type != "varchar" or column.accepted_values:
            continue
        if (stream.name, column.name) in {*_NAMES_OF_OTHERS, *_PARTS_OF_KEYS} or column.name in (
            "currency",
            "metric",
        ):
            continue
        for person in people:
            spelled = spell_ids if column.name.endswith("_id") else spell
            for text in spelled(person).values():
                number += 1
                rows.append(_row(stream, str(number)) | {column.name: text})
    written = io.StringIO()
    columns = [column.name for column in stream.columns]
    writer = csv.DictWriter(written, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def _row(stream: StreamContract, number: str) -> dict[str, object]:
    """A valid row; its key is made of the stream's first letter and the number."""
    row = dict(_ROWS[stream.name])
    key = stream.keys[0]
    if key.endswith("_id") and stream.personal != "staff" and key not in row:
        row[key] = f"{stream.name[:2]}-{number}"
    if stream.name in ("users", "agent_states"):
        row[key] = f"U{number}"
    if stream.name == "order_lines":
        row["line_no"] = number
    return row
