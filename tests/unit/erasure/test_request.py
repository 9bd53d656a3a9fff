"""What `embudo forget` is given, before anything is searched or changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.core.errors import SettingsInvalid
from orchestration.erasure.request import ErasureRequest, finish, plan
from orchestration.privacy.hash_key import KEY_VARIABLE
from orchestration.settings import Home, Settings

SETTINGS = Settings(config_file=Path("embudo.yml"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An empty home, and a privacy key in the environment."""
    monkeypatch.setenv(KEY_VARIABLE, "k" * 40)
    made = Home.at(tmp_path)
    made.prepare()
    return made


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (ErasureRequest(emails=("nobody",)), "--email: found 'nobody', expected an address like"),
        (ErasureRequest(phones=("12",)), "--phone: found '12', expected a number like"),
        (ErasureRequest(contacts=("crm:1",)), "No row of contacts with the key crm:1 has landed"),
    ],
)
def test_what_is_nobody_is_refused(home: Home, request_: ErasureRequest, message: str) -> None:
    with pytest.raises(SettingsInvalid, match=message):
        plan(SETTINGS, home, request_)


def test_without_a_privacy_key_nobody_is_forgotten(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY_VARIABLE)
    with pytest.raises(SettingsInvalid, match=KEY_VARIABLE):
        plan(SETTINGS, home, ErasureRequest(emails=("ana@example.com",)))


def test_where_nothing_was_cut_short_there_is_nothing_to_finish(home: Home) -> None:
    assert finish(SETTINGS, home) is False


def test_a_stranger_leads_to_no_rows(home: Home) -> None:
    erasure_plan = plan(SETTINGS, home, ErasureRequest(emails=(" Ana@Example.com ",)))
    assert erasure_plan.subject.emails == ("ana@example.com",)
    assert erasure_plan.loads == () and erasure_plan.erased == {} and erasure_plan.quarantined == 0
