"""A person's addresses, recognised in any usual spelling."""

from __future__ import annotations

import json
from dataclasses import asdict

import duckdb
import pytest

from orchestration.privacy.addresses import calling_codes
from orchestration.privacy.data_subject import DataSubject

ANA = DataSubject(
    emails=("ana.ruiz@example.com",), phones=("+34600111222",), calling_codes=calling_codes()
)


MENTIONS = {
    "ana.ruiz@example.com": "[forgotten]",
    "Mail ANA.RUIZ@EXAMPLE.COM.": "Mail [forgotten].",
    "u=ana.ruiz%40example.com&x=1": "u=[forgotten]&x=1",
    "600111222;600111222": "[forgotten];[forgotten]",
    "tel. 600 11 12 22, por favor": "tel. [forgotten], por favor",
    '{"src":"0034600111222"}': '{"src":"[forgotten]"}',
    "+34 600-111-222": "[forgotten]",
    "34600111222 ext 5": "[forgotten] ext 5",
}
OTHERS = [
    "mariana.ruiz@example.com",
    "ana.ruiz@example.com.mx",
    "1600111222",
    "6001112223",
    "https://example.com/ana.ruiz",
    "C0000600111",
]


@pytest.mark.parametrize("text", MENTIONS)
def test_an_address_is_found_in_any_spelling(text: str) -> None:
    """In Python, for files, and in DuckDB, for tables: the same."""
    assert ANA.scrub(text.encode()).decode() == MENTIONS[text]
    with duckdb.connect() as connection:
        row = connection.execute(
            f"select {ANA.mentioned_sql('x')}, {ANA.scrub_sql('x')} from (select ? as x)", [text]
        ).fetchone()
    assert row == (True, MENTIONS[text])


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_somebody_elses_stays(text: str) -> None:
    assert ANA.scrub(text.encode()).decode() == text
    with duckdb.connect() as connection:
        sql = f"select {ANA.mentioned_sql('x')} from (select ? as x)"
        assert connection.execute(sql, [text]).fetchone() == (False,)


def test_a_person_is_written_down_and_read_back() -> None:
    person = DataSubject(
        emails=("a@b.c",),
        handles=("ig|ana",),
        subjects={"contacts": ("crm:1",)},
        owned={"calls": ()},
    )
    assert DataSubject.from_record(json.loads(json.dumps(asdict(person)))) == person
    assert person.identifiers == ("email/a@b.c", "handle/ig|ana", "contacts/crm:1")
    assert person.keys == {"contacts": ("crm:1",), "calls": ()}
