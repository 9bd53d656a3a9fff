"""`kind: api` in `embudo.yml`: mistakes name line, key and what is allowed; secrets never stand in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.core.errors import SettingsInvalid
from orchestration.settings import Home, load_settings

GOOD = """
sources:
  crm:
    kind: api
    base_url: https://api.example.com/v1
    auth: {kind: bearer, token_env: CRM_TOKEN}
    streams:
      deals:
        path: deals
        data_selector: data
        primary_key: id
        pagination: {kind: offset, limit: 100}
        cursor: {param: since, path: updated, lag: 2d, initial: 2026-01-01}
        columns: {deal_id: id, stage: stage, status: {value: open}}
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "embudo.yml"
    path.write_text(text)
    return path


def test_an_endpoint_becomes_a_selection_over_its_records(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, GOOD))
    [selection] = settings.selections_of("crm", "deals")
    assert selection.files == ("deals/deals/*.jsonl",)
    assert settings.format_of("crm", selection).type == "jsonl"
    home = Home.at(tmp_path / "home")
    assert settings.inbox_of("crm", home=home) == home.root / "answers" / "crm"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("kind: api", "kind: apis", "sources.crm.kind: found 'apis'; allowed: 'files', 'api'"),
        ("kind: offset", "kind: ofset", "did you mean 'offset'?"),
        ("limit: 100", "next: x", "`next` does nothing for `offset`"),
        (", limit: 100", "", "`offset` needs limit"),
        ("https", "http", "begins with https://"),
        ("https://api", "https://ana:x@api", "no user"),
        ("path: deals", "path: https://x.com/deals", "a path under base_url"),
        ("path: deals", "pathh: deals", "did you mean 'path'?"),
        ("lag: 2d", "lag: soon", "a time like 2d"),
        ("lag: 2d", 'format: "%q"', "%q is unknown"),
        ("initial: 2026-01-01", "initial: 5", "`initial` is a date"),
        ("data_selector: data", 'data_selector: "data["', "a JSON path"),
        ("deal_id: id", "deal: id", "did you mean 'deal_id'?"),
        ("token_env: CRM_TOKEN", "token: CRM_TOKEN", "looks like a secret"),
        ("token_env: CRM_TOKEN", "key_env: CRM_TOKEN", "`key_env` does nothing for `bearer`"),
        (", token_env: CRM_TOKEN", "", "`bearer` needs token_env"),
        ("path: deals", "path: deals\n        params: {api_key: x}", "looks like a secret"),
        ("path: deals", "path: deals\n        format: {type: csv}", "`type` does nothing"),
    ],
)
def test_mistakes(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(SettingsInvalid) as refused:
        load_settings(write(tmp_path, GOOD.replace(old, new, 1)))
    assert message in str(refused.value)
    assert "line " in str(refused.value)


def test_a_secret_in_place_of_its_variable_is_not_shown(tmp_path: Path) -> None:
    secret = "pat-na1-5f1d-canary"
    with pytest.raises(SettingsInvalid, match="the name of an environment variable") as refused:
        load_settings(write(tmp_path, GOOD.replace("CRM_TOKEN", secret)))
    assert secret not in str(refused.value)


def test_two_endpoints_of_a_stream_differ_by_name(tmp_path: Path) -> None:
    endpoint = "{path: a, primary_key: id, columns: {deal_id: id}}"
    text = GOOD.partition("      deals:")[0] + f"      deals: [{endpoint}, {endpoint}]\n"
    with pytest.raises(SettingsInvalid, match="differ by `name`"):
        load_settings(write(tmp_path, text))
    apart = text.replace("{path: a", "{name: b, path: a", 1)
    assert len(load_settings(write(tmp_path, apart)).apis["crm"].streams["deals"]) == 2
