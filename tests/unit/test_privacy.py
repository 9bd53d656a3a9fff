"""The privacy key, the file it lies in, and how a person's addresses are recognised."""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

import duckdb
import pytest

from orchestration.core.errors import SettingsInvalid
from orchestration.privacy.addresses import calling_codes, codes_sql, hash_sql, phone_sql
from orchestration.privacy.data_subject import Person
from orchestration.privacy.hash_key import KEY_VARIABLE, PrivacyKey
from orchestration.settings import add_to_environment_file, environment_file, load_environment_file

ANA = Person(
    emails=("ana.ruiz@example.com",), phones=("+34600111222",), calling_codes=calling_codes()
)


@pytest.mark.parametrize("length", [32, 64, 65, 200])
def test_sql_hashes_as_rfc_2104_says(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """I9: the macro's HMAC equals Python's, also where the key is longer than a block; null without a key."""
    key = ("k3y-" * 60)[:length]
    monkeypatch.setenv(KEY_VARIABLE, key)
    made = PrivacyKey.from_environment()
    assert made is not None
    with duckdb.connect() as connection:
        sql = f"select {hash_sql('x')} from (values ('ana@example.com'), (null)) as t(x)"
        assert connection.execute(sql).fetchall() == [(None,), (None,)]
        made.lend(connection)
        expected = hmac.new(key.encode(), b"ana@example.com", hashlib.sha256).hexdigest()
        assert connection.execute(sql).fetchall() == [(expected,), (None,)]
        assert made.digest("ana@example.com") == expected


def test_a_short_key_is_refused_and_no_key_shows_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "short-secret")
    with pytest.raises(SettingsInvalid, match="32") as refused:
        PrivacyKey.from_environment()
    assert "short-secret" not in str(refused.value)
    monkeypatch.setenv(KEY_VARIABLE, "k" * 40)
    assert "kkkk" not in repr(PrivacyKey.from_environment())


def test_the_environment_file_is_private_and_lies_outside_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    beside = environment_file(tmp_path / "company" / "embudo.yml", home)
    assert beside == tmp_path / "company" / "embudo.env"
    inside = environment_file(home / "demo" / "embudo.yml", home)
    assert inside == tmp_path / "embudo.env"

    monkeypatch.delenv("EMBUDO_TEST_SECRET", raising=False)
    add_to_environment_file(inside, "EMBUDO_TEST_SECRET", "one two")
    assert inside.stat().st_mode & 0o777 == 0o600
    monkeypatch.delenv("EMBUDO_TEST_SECRET")
    load_environment_file(home / "demo" / "embudo.yml", home)
    assert os.environ["EMBUDO_TEST_SECRET"] == "one two"
    monkeypatch.setenv("EMBUDO_TEST_SECRET", "of the environment")
    load_environment_file(home / "demo" / "embudo.yml", home)
    assert os.environ["EMBUDO_TEST_SECRET"] == "of the environment"

    inside.write_text("# fine\n\nGOOD=1\nnot a line with canary\n")
    with pytest.raises(SettingsInvalid, match="line 4") as refused:
        load_environment_file(home / "demo" / "embudo.yml", home)
    assert "canary" not in str(refused.value)


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
            f"select {ANA.mentioned_sql('x')}, {ANA.scrubbed_sql('x')} from (select ? as x)", [text]
        ).fetchone()
    assert row == (True, MENTIONS[text])


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_somebody_elses_stays(text: str) -> None:
    assert ANA.scrub(text.encode()).decode() == text
    with duckdb.connect() as connection:
        sql = f"select {ANA.mentioned_sql('x')} from (select ? as x)"
        assert connection.execute(sql, [text]).fetchone() == (False,)


def test_phones_are_read_as_the_models_read_them() -> None:
    """The same spellings as the dbt unit test `phones_are_read_as_their_country_dials_them`."""
    spelled = {
        ("600 111 222", None): "+34600111222",
        ("0034600111222", "GB"): "+34600111222",
        ("020 7946 0000", "GB"): "+442079460000",
        ("+34 (600) 111-222 ext. 45", "ES"): "+34600111222",
        ("12345", None): None,
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
