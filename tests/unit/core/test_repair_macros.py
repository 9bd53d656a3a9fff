"""The functions that mappings may use: what they make of a text."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.core import duckdb_session
from orchestration.settings.expressions import parse_expression

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb_session.connect(scratch=tmp_path_factory.mktemp("scratch")) as opened:
        yield opened


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("salesforce_id18('001A0000006Vm9u')", "001A0000006Vm9uIAC"),
        ("salesforce_id18('001A0000006Vm9uIAC')", "001A0000006Vm9uIAC"),
        ("salesforce_id18('ABCDEFGHIJKLMNO')", "ABCDEFGHIJKLMNO555"),
        ("salesforce_id18('000000000000000')", "000000000000000AAA"),
        ("salesforce_id18('U-17')", "U-17"),
        ("salesforce_id18(null)", None),
        ("digits(' +34 600-111.222 ')", "34600111222"),
        ("digits('none')", None),
        ("digits(1234)", "1234"),
        ("unaccent('Núñez, ÁLVARO')", "Nunez, ALVARO"),
        ("folded_word('No  Show')", "noshow"),
    ],
)
def test_functions_of_mappings(
    connection: duckdb.DuckDBPyConnection, sql: str, expected: str | None
) -> None:
    assert connection.execute(f"select {sql}").fetchone() == (expected,)


@pytest.mark.parametrize("name", ["salesforce_id18", "digits", "unaccent"])
def test_they_are_no_functions_of_duckdb_and_may_stand_in_settings(name: str) -> None:
    with duckdb.connect() as plain:
        known = plain.execute(
            "select count(*) from duckdb_functions() where function_name = ?", [name]
        ).fetchone()
    assert known == (0,)
    assert parse_expression(f'{name}("Owner ID")') == ("Owner ID",)


def checksum(short: str) -> str:
    """The last three characters by Salesforce's rule: of each five characters, a bit per capital, the first lowest."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    parts = (short[first : first + 5] for first in (0, 5, 10))
    return "".join(
        letters[int("".join(str(int(c.isupper())) for c in reversed(part)), 2)] for part in parts
    )


@settings(max_examples=200, deadline=None)
@given(st.text("abzABZ019", min_size=15, max_size=15))
def test_the_long_form_of_a_salesforce_id(
    connection: duckdb.DuckDBPyConnection, short: str
) -> None:
    row = connection.execute("select salesforce_id18(?)", [short]).fetchone()
    assert row == (short + checksum(short),)
