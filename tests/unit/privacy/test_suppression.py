"""Rows and texts checked against tombstones, by keyed hashes alone."""

from __future__ import annotations

import duckdb

from orchestration.privacy.data_subject import DataSubject
from orchestration.privacy.hash_key import PrivacyKey
from orchestration.privacy.suppression import Origin, TextFilter, register, suppress
from orchestration.privacy.tombstones import hash_identifiers
from orchestration.settings.contract import ContractColumn, StreamContract
from orchestration.settings.personal_data import Role

KEY = PrivacyKey(b"a key of thirty-two characters at least")
ANA = DataSubject(
    emails=("ana@example.com",), handles=("ig|ana",), subjects={"contacts": ("crm:1",)}
)
ORIGIN = Origin(source="'crm'", key_source="'crm'", country="ES")
ROWS = """
    ('by contact', '1', null, null, null, 'a note'), ('by mail', null, ' ANA@example.com', null, null, 'a note'),
    ('by handle', null, null, 'ig', 'Ana', 'a note'), ('by text', '2', null, null, null, 'see ana@example.com'),
    ('another', '2', 'bea@example.com', 'fb', 'ana', 'a note')
"""


def staged(personal: Role | None) -> tuple[int, dict[str, tuple[object, ...]]]:
    """Rows that no longer count, and what is left of each row of a stream with that word on it."""
    stream = StreamContract(
        "chats",
        (
            ContractColumn("id", "varchar"),
            ContractColumn("contact_id", "varchar", refers_to="contacts"),
            ContractColumn("email", "varchar", address="email"),
            ContractColumn("network", "varchar"),
            ContractColumn("handle", "varchar", address="handle", within="network"),
            ContractColumn("note", "varchar", free_text=True),
        ),
        (),
        keys=("id",),
        personal=personal,
    )
    with duckdb.connect() as connection:
        connection.execute(
            "create temp table staged as select *, 1 as _part, true as _kept, false as _left_out, "
            f"null::varchar as _fault, null::varchar as _raw from (values {ROWS}) "
            "as t(id, contact_id, email, network, handle, note)"
        )
        register(connection, hash_identifiers(KEY, ANA.identifiers), key=KEY)
        dropped = suppress(connection, stream, ORIGIN, part=1)
        rows = connection.execute(
            "select id, contact_id, email, handle, note from staged where _kept order by rowid"
        ).fetchall()
    return dropped, {row[0]: row[1:] for row in rows}


def test_rows_of_a_person_do_not_land() -> None:
    """By reference, address or handle of the same network; a text that names them is emptied."""
    assert staged("owned") == (
        3,
        {"by text": ("2", None, None, None), "another": ("2", "bea@example.com", "ana", "a note")},
    )


def test_rows_that_mention_a_person_land_untied() -> None:
    assert staged("mentions") == (
        0,
        {
            "by contact": (None, None, None, None),
            "by mail": (None, None, None, None),
            "by handle": (None, None, None, None),
            "by text": ("2", None, None, None),
            "another": ("2", "bea@example.com", "ana", "a note"),
        },
    )


def test_rows_of_staff_stay_as_they_are_but_for_texts() -> None:
    dropped, rows = staged("staff")
    assert dropped == 0
    assert rows["by mail"] == (None, None, None, "a note")
    assert rows["by text"] == ("2", None, None, None)


def test_records_of_an_api_are_checked_against_the_tombstones() -> None:
    """By keyed hashes alone, in whatever spelling and place the address stands in a record."""
    hashes = frozenset({KEY.digest("email/ana@example.com"), KEY.digest("phone/+34600111222")})
    text_filter = TextFilter(hashes, key=KEY, country="ES")
    records = {
        '{"id": 1, "properties": {"email": "Ana@Example.com"}}': True,
        '{"id": 2, "phones": ["0034 600-111-222"]}': True,
        '{"id": 3, "note": "llamó el 600111222"}': True,
        '{"id": 4, "email": "mariana@example.com", "phone": "600111223"}': False,
        '{"id": 5, "broken": "\\ud800 \udcff"}': False,
    }
    assert dict(zip(records, text_filter.matches(list(records)), strict=True)) == records
    text_filter.close()
    assert TextFilter(frozenset(), key=None, country="ES").matches(["ana@example.com"]) == [False]
