"""Documents that ask for too much are refused before they are validated."""

from __future__ import annotations

import pytest
from graphql import get_introspection_query

from serving.graphql.limits import DocumentTooLarge, read_document

FRAGMENT_BOMB = "query {a: metrics(environmentId: 1) {...f0}} " + " ".join(
    f"fragment f{n} on Metric {{ {' '.join(f'x{i}: dimensions {{...f{n + 1}}}' for i in range(9))} }}"
    for n in range(9)
)


def test_the_introspection_of_tools_passes() -> None:
    assert read_document(get_introspection_query(descriptions=True)).definitions


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{" * 5_000, "cannot be read"),
        ("{" + "a{" * 40 + "b" + "}" * 41, "too deep: expected at most 16 levels"),
        ("{" + "a{" * 3_000 + "b" + "}" * 3_001, "cannot be read|too deep"),
        (
            "{a {" + " ".join(f"b{n}: c" for n in range(500)) + "}}",
            "too large: expected at most 400 fields",
        ),
        (
            "{" + " ".join(f"m{n}: metrics {{name}}" for n in range(9)) + "}",
            "too broad: expected at most 8",
        ),
        (FRAGMENT_BOMB, "too large"),
        ("{...a} fragment a on Query {...b} fragment b on Query {...a m {n}}", ""),
        ("{__schema{types{fields{type{fields{type{fields{name}}}}}}}}", "3 lists of the schema"),
        ("", "cannot be read"),
        ("query { a(" + "b: 1 " * 5_000 + ") }", "cannot be read"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    if not message:
        assert read_document(text).definitions, "cycles are for the validation to refuse"
        return
    with pytest.raises(DocumentTooLarge, match=message):
        read_document(text)
