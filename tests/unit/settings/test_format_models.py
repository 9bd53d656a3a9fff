"""How files are written: what fits together, and what a selection takes from its source."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from orchestration.settings import FormatSpec
from orchestration.settings.format_models import values_only


def test_a_selection_states_what_differs_from_its_source() -> None:
    source = FormatSpec.model_validate({"delimiter": ";", "decimal": ",", "skip": 2})
    own = FormatSpec.model_validate({"delimiter": "tab", "skip": 0}).over(source)
    assert (own.delimiter, own.decimal, own.skip) == ("\t", ",", 0)
    assert own.encoding == "utf-8"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"decimal": ",", "thousands": ","}, "decimal and thousands are both ','"),
        ({"thousands": "."}, "decimal and thousands are both '.'"),
        ({"type": "text", "split": "fixed"}, "`split: fixed` needs `widths"),
        ({"delimiter": ""}, "a delimiter is one or more characters"),
        ({"delimiter": "a\nb"}, "no line break"),
        ({"quote": "''"}, "one ASCII character"),
        ({"escape": "«"}, "one ASCII character"),
        ({"skip": -1}, "skip"),
        ({"range": "A1 to B2"}, "range"),
        ({"delimeter": ";"}, "delimeter"),
    ],
)
def test_what_does_not_fit(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        FormatSpec.model_validate(fields)


def test_single_values_become_lists() -> None:
    spec = FormatSpec.model_validate({"date": "%d/%m/%Y", "nulls": "N/D"})
    assert (spec.date, spec.nulls) == (("%d/%m/%Y",), ("N/D",))


def test_json_states_only_how_values_are_written() -> None:
    assert values_only(FormatSpec.model_validate({"decimal": ","})).decimal == ","
    with pytest.raises(ValueError, match="`delimiter` does nothing"):
        values_only(FormatSpec.model_validate({"delimiter": ";"}))
