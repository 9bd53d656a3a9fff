"""Addresses as they are compared: the models' own macros, rendered outside dbt."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.privacy.addresses import address_sql, codes_sql, phone_sql
from orchestration.settings.contract import ContractColumn

pytestmark = pytest.mark.slow


def test_phones_are_read_as_the_models_read_them() -> None:
    """The same spellings as the dbt unit test `phones_are_read_as_their_country_dials_them`."""
    spelled = {
        ("600 111 222", None): "+34600111222",
        ("0034600111222", "GB"): "+34600111222",
        ("020 7946 0000", "GB"): "+442079460000",
        ("+34 (600) 111-222 ext. 45", "ES"): "+34600111222",
        ("611222334.0", None): "+34611222334",
        ("01.23.45.67.00", "FR"): "+33123456700",
        ("3.46E+10", None): None,
        ("12345", None): None,
        ("60011122", None): None,
        ("6001112223", None): None,
        ("+34 60011122", "GB"): "+3460011122",
        ("+34 60011122", None): None,
        ("+44 20 7946", "GB"): None,
        ("030 12345678", "DE"): "+493012345678",
        ("030 123456", "DE"): "+4930123456",
        ("0301", "DE"): None,
        ("anonymous", None): None,
    }
    with duckdb.connect() as connection:
        for (text, country), expected in spelled.items():
            row = connection.execute(
                f"select {phone_sql('phone', codes_sql('country', 'ES'))} "
                "from (select ? as phone, cast(? as varchar) as country)",
                [text, country],
            ).fetchone()
            assert row == (expected,), text


def test_a_declared_column_is_normalised_by_its_kind() -> None:
    """A phone within its row's country, a handle within its network; what cannot be an address is null."""
    columns = [
        ContractColumn("mail", "varchar", address="email"),
        ContractColumn("tel", "varchar", address="phone", within="land"),
        ContractColumn("tel", "varchar", address="phone"),
        ContractColumn("nick", "varchar", address="handle", within="net"),
    ]
    listed = ", ".join(address_sql(column, country="ES") for column in columns)
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select {listed} from (values (' Ana@Example.COM ', '020 7946 0000', 'gb', ' Ana ', 'IG'), "
            "('none', '12', 'gb', null, 'ig')) as t(mail, tel, land, nick, net)"
        ).fetchall()
    assert rows == [
        ("ana@example.com", "+442079460000", None, "ig|ana"),  # no Spanish number has 11 digits
        (None, None, None, None),
    ]


@settings(max_examples=60, deadline=None)
@given(
    country=st.sampled_from([("ES", "34", 9), ("FR", "33", 9), ("US", "1", 10), ("DK", "45", 8)]),
    digits=st.text(alphabet="56789", min_size=4, max_size=13),
)
def test_where_all_numbers_are_of_one_length_another_is_nobodys(
    country: tuple[str, str, int], digits: str
) -> None:
    name, code, length = country
    expected = f"+{code}{digits}" if len(digits) == length else None
    with duckdb.connect() as connection:
        for text in (digits, f"+{code} {digits}", f"00{code}{digits}"):
            row = connection.execute(
                f"select {phone_sql('phone', codes_sql(None, name))} from (select ? as phone)",
                [text],
            ).fetchone()
            assert row == (expected,), text
