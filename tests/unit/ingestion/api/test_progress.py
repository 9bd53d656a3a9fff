"""How far a fetch has come: the mark of its cursor, and pages that lead nowhere."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from orchestration.core.errors import SourceError
from orchestration.ingestion.api.cursors import Cursor
from orchestration.ingestion.api.progress import CursorProgress, PageWatch, value_at
from orchestration.settings import EndpointSpec
from orchestration.settings.api_models import CursorSpec

STARTED_AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def progress(mark: dt.datetime | None = None) -> CursorProgress:
    cursor = Cursor(CursorSpec(param="since", path="at"), zone="UTC")
    return CursorProgress(cursor, mark, STARTED_AT)


def endpoint(**pagination: Any) -> EndpointSpec:
    return EndpointSpec.model_validate(
        {
            "path": "deals",
            "primary_key": "id",
            "columns": {"deal_id": "id"},
            "pagination": pagination,
        }
    )


def test_values_by_dotted_path_or_key_with_dots() -> None:
    assert value_at({"a": {"b": 1}}, "a.b") == 1
    assert value_at({"a.b": 2, "a": {"b": 1}}, "a.b") == 2
    assert value_at({"a": 1}, "a.b") is None


def test_the_mark_is_the_latest_and_never_goes_back() -> None:
    reached = progress(dt.datetime(2026, 2, 1, tzinfo=dt.UTC))
    reached.add({"at": "2026-01-01T00:00:00Z"})
    assert reached.mark == dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
    reached.add({"at": "2026-02-03T00:00:00Z"})
    reached.add({"at": "2026-02-02T00:00:00Z"})
    assert reached.mark == dt.datetime(2026, 2, 3, tzinfo=dt.UTC)


def test_records_without_a_cursor_or_of_the_future_do_not_move_it() -> None:
    reached = progress()
    for at in ("2100-01-01T00:00:00Z", None, "", "soon"):
        reached.add({"at": at})
    assert (reached.mark, reached.without_cursor) == (None, 4)
    reached.require_readable("crm", "deals")


def test_cursors_none_of_which_can_be_read_are_an_error() -> None:
    reached = progress()
    reached.add({"at": "soon"})
    with pytest.raises(SourceError, match="not one of 1 records has a `at` that reads as iso"):
        reached.require_readable("crm", "deals")


def test_pages_that_repeat_are_an_error() -> None:
    watch = PageWatch("crm", "deals", endpoint(kind="json_link", next="next"))
    for _ in range(4):
        watch.check([{"id": 1}], 0)
    watch.check([{"id": 2}], 1)
    for _ in range(4):
        watch.check([{"id": 1}], 0)
    with pytest.raises(SourceError, match="5 pages in a row repeat earlier ones"):
        watch.check([{"id": 1}], 0)
    assert watch.pages == 10


def test_a_short_page_of_offsets_that_is_not_the_last_is_an_error() -> None:
    watch = PageWatch("crm", "deals", endpoint(kind="offset", limit=2))
    watch.check([{"id": 1}, {"id": 2}], 2)
    watch.check([{"id": 3}], 1)
    watch.check([], 0)
    with pytest.raises(SourceError, match="fewer records than the 2 requested"):
        watch.check([{"id": 4}], 1)
