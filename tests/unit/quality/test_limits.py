"""Limits of a check function: its keyword-only parameters, and the fields of those that are dataclasses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from orchestration.quality.limits import About, Limit, arguments, limits_of


@dataclass(frozen=True)
class Sizes:
    """Two limits."""

    small: Annotated[float, About("what is small", high=1)] = 0.5
    large: float | None = None


SIZES = Sizes()


def compare(
    subject: object, *, rows: Annotated[int, About("rows", low=1)] = 3, size: Sizes = SIZES
) -> None:
    """A check with three limits."""


def test_each_field_is_a_limit_of_its_own() -> None:
    assert list(limits_of(compare)) == [
        Limit("rows", 3, About("rows", low=1), "rows"),
        Limit("size_small", 0.5, About("what is small", high=1), "size", "small"),
        Limit("size_large", None, About(), "size", "large"),
    ]


def test_what_is_set_replaces_the_defaults_and_nothing_else() -> None:
    assert arguments(compare, {"size_large": 9, "size_small": 0.1, "of_another": 1}) == {
        "size": Sizes(0.1, 9)
    }
    assert arguments(compare, {"rows": 5}) == {"rows": 5}
    assert arguments(compare, {}) == {}
