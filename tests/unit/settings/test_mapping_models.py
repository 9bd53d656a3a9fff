"""Where columns come from: one origin each, short forms, and texts of YAML's own types."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from orchestration.settings import SelectionSpec
from orchestration.settings.mapping_models import ColumnSpec


def column(value: Any) -> ColumnSpec:
    return ColumnSpec.model_validate(value)


def selection(**fields: Any) -> SelectionSpec:
    return SelectionSpec.model_validate({"files": "*.csv", "columns": {"a": "b"}, **fields})


def test_a_text_is_the_name_of_a_column() -> None:
    assert column("Id") == column({"column": "Id"})


def test_keys_of_a_map_are_texts_as_they_stand_in_the_file() -> None:
    """YAML reads `007` and `1` as numbers; what stands for nothing stays nothing."""
    mapped = column({"column": "x", "map": {7: "seven", "1": 2, "x": None}, "otherwise": 3})
    assert mapped.map == {"7": "seven", "1": "2", "x": None}
    assert mapped.otherwise == "3"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({}, "found none of them"),
        ({"column": "a", "sql": "b"}, "found column and sql"),
        ({"value": 1, "map": {"a": "b"}}, "a constant takes no map"),
        ({"value": 1, "format": "%d"}, "a constant takes no map"),
        ({"column": "a", "otherwise": "x"}, "it needs a `map`"),
        (7, "a column's name, or"),
    ],
)
def test_what_is_no_origin(value: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        column(value)


@pytest.mark.parametrize(
    ("value", "kept"),
    [(None, None), (True, "file"), (False, None), ("folder", "folder"), ("file", "file")],
)
def test_what_a_snapshot_is(value: object, kept: str | None) -> None:
    assert selection(snapshot=value).snapshot == kept


def test_a_selection_has_files_and_columns() -> None:
    assert selection().files == ("*.csv",)
    for missing in (
        {"files": []},
        {"columns": {}},
        {"unpivot": {"columns": [], "name": "n", "value": "v"}},
    ):
        with pytest.raises(ValidationError):
            selection(**missing)
