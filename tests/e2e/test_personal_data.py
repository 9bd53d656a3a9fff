"""I9: addresses and names of persons outside do not leave the private warehouse, however exports spell them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.e2e.factories import company_of
from tests.personal_company import addresses_of, files_with_people
from tests.spellings import PEOPLE, needles_in

pytestmark = pytest.mark.slow

SETTINGS = {
    "currency": "EUR",
    "country": "ES",
    "time_zone": "Europe/Madrid",
    "limits": {"quarantine_share": 1, "duplicate_share": 1},
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what was built: other checks may stop a company whose rows differ in one text only."""
    folder = tmp_path_factory.mktemp("people")
    files = files_with_people(spell_ids=addresses_of)  # the gate stops ids that are names
    embudo = company_of(folder, files, **SETTINGS)
    program = str(Path(sys.executable).with_name("embudo"))
    done = subprocess.run(
        [program, "refresh", "--home", str(embudo.home), "--config", str(embudo.config)],
        capture_output=True,
        text=True,
        env=os.environ | {"EMBUDO_PRIVACY_KEY": "k" * 40},
        timeout=900,
    )
    assert done.returncode in (0, 5), done.stderr[-3000:]
    candidates = sorted((embudo.home / "candidates").iterdir())
    return candidates[-1] if done.returncode else (embudo.home / "current").resolve()


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


def test_no_address_and_no_name_is_in_the_marts(built: Path) -> None:
    """Every spelling in every text column of every stream; keys, texts and categories. Not in the bytes either."""
    leaks: dict[str, list[str]] = {}
    for place, value in texts_of(built / "marts.duckdb"):
        if not place.endswith("_hmac") and needles_in(value):
            leaks.setdefault(place, []).append(value)
    assert {place: values[:3] for place, values in leaks.items()} == {}
    content = (built / "marts.duckdb").read_bytes().lower()
    for person in PEOPLE:
        for text in (person.email, person.full_name):
            assert text.lower().encode() not in content


def test_every_mart_was_built_and_searched(built: Path) -> None:
    gate = json.loads((built / "gate.json").read_text(encoding="utf-8"))
    checks = {check["name"]: check for check in gate["checks"]}
    unbuilt = checks["dbt.models_built"]["observed"]
    assert checks["dbt.models_built"]["outcome"] == "pass", unbuilt
    for name in ("personal_data.marts", "personal_data.docs"):
        assert checks[name]["outcome"] == "pass", checks[name]["observed"]
