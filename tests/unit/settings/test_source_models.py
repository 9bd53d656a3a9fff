"""Sources: files by default, APIs by their kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from orchestration.settings import ApiSpec, Settings, SourceSpec

COLUMNS = {"columns": {"deal_id": "id"}}
FILES = {"streams": {"deals": {"files": "d.csv", **COLUMNS}}}
ENDPOINT = {"path": "v1/deals", "primary_key": "id", **COLUMNS}
API = {"kind": "api", "base_url": "https://x.test", "streams": {"deals": ENDPOINT}}


def source(fields: dict[str, Any]) -> SourceSpec | ApiSpec:
    settings = Settings.model_validate({"config_file": Path("e.yml"), "sources": {"crm": fields}})
    return settings.sources["crm"]


def test_a_source_without_a_kind_drops_files() -> None:
    files = source(FILES)
    assert isinstance(files, SourceSpec)
    assert len(files.streams["deals"]) == 1, "one mapping may stand without a list"
    assert isinstance(source(API), ApiSpec)


def test_an_endpoint_becomes_a_selection_of_its_records() -> None:
    api = source(API)
    assert isinstance(api, ApiSpec)
    (endpoint,) = api.streams["deals"]
    selection = endpoint.selection("deals")
    assert selection.files == (f"deals/{endpoint.endpoint}/*.jsonl",)
    assert selection.format.type == "jsonl"
    assert selection.columns == endpoint.columns


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({**FILES, "streams": {}}, "streams"),
        ({**FILES, "kind": "ftp"}, "ftp"),
        ({**FILES, "time_zone": "Europe/Madird"}, "Europe/Madrid"),
        ({**API, "format": {"delimiter": ";"}}, "`delimiter` does nothing"),
        (
            {**API, "streams": {"deals": [ENDPOINT, ENDPOINT]}},
            "endpoints of deals differ by `name`",
        ),
        ({**API, "inbox": "x"}, "inbox"),
    ],
)
def test_what_is_no_source(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        source(fields)
