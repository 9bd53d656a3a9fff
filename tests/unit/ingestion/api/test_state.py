"""The state of an API between fetches: marks, versions of records, files all or nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration.core.errors import SourceError
from orchestration.ingestion.api.state import ApiState, Fetch

REQUEST = "digest of the request"


def state(folder: Path) -> ApiState:
    return ApiState(folder, source="crm")


def fetch(opened: ApiState, request: str = REQUEST) -> Fetch:
    return opened.fetch(stream="deals", endpoint="deals", request=request)


def lines(folder: Path) -> list[dict[str, object]]:
    files = sorted((folder / "deals" / "deals").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def test_a_record_is_stored_once_per_version(tmp_path: Path) -> None:
    with state(tmp_path) as opened:
        with fetch(opened) as first:
            assert first.add(b'{"id": 1}', key=b"1")
            assert not first.add(b'{"id": 1}', key=b"1")
            first.finish(7)
        assert (first.tally.new, first.tally.known, first.tally.repeated) == (1, 0, 1)
        with fetch(opened) as second:
            second.add(b'{"id": 1}', key=b"1")
            second.add(b'{"id": 1, "x": 2}', key=b"1")
            second.finish(8)
        assert (second.tally.new, second.tally.known) == (1, 1)
        assert opened.mark(stream="deals", endpoint="deals", request=REQUEST) == 8
        assert opened.mark(stream="deals", endpoint="deals", request="another") is None
    stored = lines(tmp_path)
    assert [record["id"] for record in stored] == [1, 1]
    assert all(str(record["_fetched_at"]).endswith("Z") for record in stored)


def test_a_fetch_that_does_not_finish_has_no_effect(tmp_path: Path) -> None:
    with state(tmp_path) as opened:
        with pytest.raises(ZeroDivisionError), fetch(opened) as broken:
            broken.add(b'{"id": 1}', key=b"1")
            _ = 1 / 0
        assert opened.mark(stream="deals", endpoint="deals", request=REQUEST) is None
        with fetch(opened) as again:
            assert again.add(b'{"id": 1}', key=b"1")
            again.finish(None)
    assert len(lines(tmp_path)) == 1
    assert [path.name for path in tmp_path.rglob(".tmp*")] == []


def test_a_state_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite").write_bytes(b"not a database" * 400)
    with pytest.raises(SourceError, match=r"state\.sqlite cannot be opened"):
        state(tmp_path)
