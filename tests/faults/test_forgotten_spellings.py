"""A forgotten person leaves landing, and no later file brings them back, in whatever spelling and column.

The search knows none of Embudo's patterns: it compares letters and digits (`tests.spellings`).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from orchestration.core.errors import SettingsInvalid
from orchestration.erasure.proof import Proof, prove_request
from orchestration.erasure.request import ErasureRequest, forget
from orchestration.ingestion import land
from orchestration.privacy.hash_key import KEY_VARIABLE
from orchestration.settings import Home, Settings, load_settings
from tests.e2e.factories import company_of
from tests.personal_company import files_with_people
from tests.reporters import RecordingReporter
from tests.spellings import PEOPLE, Person, needles_in, plain

pytestmark = pytest.mark.slow

SETTINGS = {"country": "ES", "limits": {"quarantine_share": 1}}


def others(person: Person) -> dict[str, str]:
    """Each spelling in another way: accents and case changed, in a sentence."""
    return {
        kind: f"re: {plain(text).swapcase()} (2)" for kind, text in person.spellings().items()
    } | person.spellings()


def landed(folder: Path, *, run_id: str) -> tuple[Settings, Home]:
    settings, home = load_settings(folder / "embudo.yml"), Home.at(folder / "home")
    home.prepare()
    land(settings, home, run_id=run_id, report=RecordingReporter())
    return settings, home


def named_in(home: Home) -> dict[str, list[str]]:
    """File and column of landing and quarantine with texts that name one of the persons."""
    found: dict[str, list[str]] = {}
    for path in sorted(home.root.rglob("*.parquet")):
        relation = f"read_parquet('{path}')"
        for column, kind, *_ in duckdb.execute(f"describe select * from {relation}").fetchall():
            if kind != "VARCHAR" or column in ("_file", "_load_id"):
                continue
            values = duckdb.execute(f'select distinct "{column}" from {relation}').fetchall()
            texts = [value for (value,) in values if value and needles_in(value)]
            if texts:
                found[f"{path.parent.name}.{column}"] = texts[:4]
    return found


def forget_all(settings: Settings, home: Home) -> None:
    for person in PEOPLE:
        forget(settings, home, ErasureRequest(emails=(person.email,), phones=(person.number,)))


def proof(settings: Settings, home: Home) -> Proof:
    given = ErasureRequest(
        emails=tuple(one.email for one in PEOPLE), phones=tuple(one.number for one in PEOPLE)
    )
    return prove_request(settings, home, given)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Landed, forgotten, and landed again in other spellings under new names, and with one line more."""
    folder = tmp_path_factory.mktemp("spelled")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_VARIABLE, "k" * 40)
        company_of(folder, files_with_people(), **SETTINGS)
        settings, home = landed(folder, run_id="first")
        assert len(named_in(home)) > 60, "the search finds what is there"
        before = proof(settings, home)
        assert not before.is_clean and "landing" in next(iter(before.places))
        forget_all(settings, home)
    return folder


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "k" * 40)


def test_no_spelling_is_left_after_an_erasure(folder: Path) -> None:
    settings, home = load_settings(folder / "embudo.yml"), Home.at(folder / "home")
    assert named_in(home) == {}
    found = proof(settings, home)
    assert found.is_clean, found.places
    assert found.files["Parquet"] >= 20 and found.texts > 1000
    assert found.exports, "exports in the inbox are named"


def test_no_later_file_brings_anybody_back(folder: Path) -> None:
    """The same file with a line more, and every spelling in another one."""
    for name, text in files_with_people(spell=others).items():
        (folder / f"{name}.csv").write_text(text + "\n", encoding="utf-8")
    settings, home = landed(folder, run_id="second")
    assert named_in(home) == {}
    found = proof(settings, home)
    assert found.is_clean, found.places


def test_without_the_key_nothing_is_proven(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "x" * 40)
    settings, home = load_settings(folder / "embudo.yml"), Home.at(folder / "home")
    with pytest.raises(SettingsInvalid, match="privacy key"):
        prove_request(settings, home, ErasureRequest())
