"""The shape of a standing exception."""

from __future__ import annotations

from datetime import date

from orchestration.settings import ExceptionScope, ExceptionSpec


def test_one_name_is_a_list_of_one() -> None:
    scope = ExceptionScope.model_validate({"rep": "Ana", "team": ["Norte", "Sur"]})
    assert scope.stated() == {"team": ("Norte", "Sur"), "rep": ("Ana",)}


def test_it_is_named_by_its_check_and_scope() -> None:
    spec = ExceptionSpec(check="gaps.*", reason="we rest\n in August", until=date(2026, 8, 31))
    assert (spec.title, spec.text) == ("gaps.*", "until 2026-08-31: we rest in August")
