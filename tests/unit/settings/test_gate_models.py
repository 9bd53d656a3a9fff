"""What a failed check does with a load: one word for all, or one for each."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from orchestration.settings import BreachSpec, Limits, SourceLimits

OF_SOURCES = {
    "freshness",
    "rejected_files",
    "new_columns",
    "copied_files",
    "sources_answered",
}


@pytest.mark.parametrize("word", ["warn", "stop"])
def test_one_word_applies_to_all(word: str) -> None:
    spec = BreachSpec.model_validate(word)
    assert set(spec.model_dump().values()) == {word}


def test_only_loads_can_be_quarantined() -> None:
    policies = BreachSpec.model_validate("quarantine").model_dump()
    assert {name for name, policy in policies.items() if policy is None} == OF_SOURCES
    with pytest.raises(ValidationError, match="freshness"):
        BreachSpec.model_validate({"freshness": "quarantine"})


@pytest.mark.parametrize("policies", ["halt", {"volume": "halt"}, {"volum": "warn"}])
def test_other_words_are_refused(policies: Any) -> None:
    with pytest.raises(ValidationError):
        BreachSpec.model_validate(policies)


@pytest.mark.parametrize(
    ("former", "today"),
    [
        ("set_aside", "quarantine"),
        ({"volume": "set_aside"}, {"volume": "quarantine"}),
        ({"files_set_aside": "stop"}, {"rejected_files": "stop"}),
    ],
)
def test_former_words_keep_their_meaning(former: Any, today: Any) -> None:
    assert BreachSpec.model_validate(former) == BreachSpec.model_validate(today)


@pytest.mark.parametrize(
    ("name", "value"), [("quarantine_share", 1.1), ("volume_drop_share", -0.1), ("silent_days", 0)]
)
def test_limits_stay_in_their_range(name: str, value: float) -> None:
    for limits in (Limits, SourceLimits):
        with pytest.raises(ValidationError, match=name):
            limits.model_validate({name: value})
