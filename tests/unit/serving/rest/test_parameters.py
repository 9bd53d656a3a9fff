"""Parameters of addresses and bodies: what is not known is refused."""

from __future__ import annotations

import pytest

from serving.errors import Refusal
from serving.rest.parameters import Parameters

KNOWN = ("metrics", "where", "limit", "grain")


def address(*items: tuple[str, str]) -> Parameters:
    return Parameters.of_address(items, known=KNOWN)


def test_lists_by_commas_or_repeated_and_filters_whole() -> None:
    read = address(
        ("metrics", "a, b"), ("metrics", "c"), ("where", "x in (1, 2)"), ("where", "y = 1")
    )
    assert read.names("metrics") == ("a", "b", "c")
    assert read.texts("where") == ("x in (1, 2)", "y = 1")
    assert (read.one("grain"), read.number("limit")) == (None, None)


def test_a_body_says_the_same() -> None:
    body = b'{"metrics": ["a", "b"], "where": "y = 1", "limit": 5}'
    read = Parameters.of_body(body, known=KNOWN)
    assert (read.names("metrics"), read.texts("where"), read.number("limit")) == (
        ("a", "b"),
        ("y = 1",),
        5,
    )


def test_typos_are_refused() -> None:
    with pytest.raises(
        Refusal, match=r"no parameter `were`. Expected: grain, limit, metrics, where"
    ):
        address(("were", "x = 1"))
    with pytest.raises(Refusal, match="no parameter `were`"):
        Parameters.of_body(b'{"were": "x"}', known=KNOWN)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"1", b"{", b'{"limit": 1.5}', b'{"limit": true}', b'{"metrics": [["a"]]}',
     b'{"metrics": {"a": 1}}', b'{"where": null}', b"[" * 100_000, b"\xff\xfe"],
)  # fmt: skip
def test_bodies_of_another_form(body: bytes) -> None:
    with pytest.raises(Refusal):
        Parameters.of_body(body, known=KNOWN)


@pytest.mark.parametrize("text", ["-1", "1.5", "x", "٣", "1e3", "9" * 13])
def test_numbers(text: str) -> None:
    with pytest.raises(Refusal, match="`limit` is"):
        address(("limit", text)).number("limit")


def test_single_parameters_come_once_and_choices_are_known() -> None:
    with pytest.raises(Refusal, match="sent 2 times"):
        address(("grain", "day"), ("grain", "week")).one("grain")
    read = address(("grain", "DAY"))
    assert read.choice("grain", ("day",), "week") == "day"
    with pytest.raises(Refusal, match="expected one of week"):
        read.choice("grain", ("week",), "week")
