"""I9: addresses and names of persons outside do not leave the private warehouse, however exports spell them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Embudo
from tests.e2e.factories import company_of
from tests.personal_company import files_with_people
from tests.spellings import needles_in

pytestmark = pytest.mark.slow

SETTINGS = {
    "currency": "EUR",
    "country": "ES",
    "time_zone": "Europe/Madrid",
    "limits": {"quarantine_share": 1, "duplicate_share": 1},
}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Embudo:
    """Refreshed once."""
    embudo = company_of(tmp_path_factory.mktemp("people"), files_with_people(), **SETTINGS)
    embudo("refresh", EMBUDO_PRIVACY_KEY="k" * 40)
    return embudo


def texts_of(marts: Path) -> Iterator[tuple[str, str]]:
    """Table and column with each of its texts."""
    with duckdb.connect(str(marts), read_only=True) as connection:
        for schema, table, column in connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where data_type not in ('BIGINT', 'DOUBLE', 'DATE', 'TIMESTAMP', 'BOOLEAN') "
            "and data_type not like 'DECIMAL%'"
        ).fetchall():
            for (value,) in connection.execute(
                f'select distinct cast("{column}" as varchar) from "{schema}"."{table}" '
                f'where "{column}" is not null'
            ).fetchall():
                yield f"{schema}.{table}.{column}", value


def test_no_address_and_no_name_is_in_the_marts(company: Embudo) -> None:
    """Every spelling in every text column of every stream; keys, texts and categories."""
    leaks: dict[str, list[str]] = {}
    for place, value in texts_of(company.home / "current" / "marts.duckdb"):
        if place.endswith("_hmac"):
            continue
        if needles_in(value):
            leaks.setdefault(place, []).append(value)
    assert {place: values[:3] for place, values in leaks.items()} == {}
