"""Why ids match nothing: each usual way to write one id twice is recognised, and nothing else is."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.quality.reference_hints import hint

CAUSES = {
    "sql: salesforce_id18(owner)": ("0058000000abcDE", "0058000000abcDEAAQ"),
    "sql: ltrim(owner, '0')": ("00042", "42"),
    "sql: lower(trim(owner))": ("ANA", "ana"),
    "sql: regexp_replace(owner, '[.,]0+$', '')": ("42.0", "42"),
    "sql: lower(replace(unaccent(owner), ' ', ''))": ("José Luis", "JoseLuis"),
    "sql: ltrim(digits(owner), '0')": ("EMP-42", "42"),
}


def hint_for(
    unmatched: dict[str, int], known: dict[str, str], named: dict[str, str] | None = None
) -> str:
    """The hint for ids of `crm` with their rows; keys are known by id and source, names by their column."""
    with duckdb.connect() as connection:
        connection.execute("create table ids (source varchar, value varchar, row_count bigint)")
        connection.execute("create table keys (source varchar, value varchar)")
        for value, rows in unmatched.items():
            connection.execute("insert into ids values ('crm', ?, ?)", [value, rows])
        for value, source in known.items():
            connection.execute("insert into keys values (?, ?)", [source, value])
        connection.execute("create table named (value varchar, kind varchar)")
        for name in (named or {}).items():
            connection.execute("insert into named values (?, ?)", name)
        return hint(connection, unmatched="ids", known="keys", named="named", column="owner")


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("other_way", [False, True])
def test_a_form_of_the_id_is_recognised(cause: str, other_way: bool) -> None:
    ids, known = reversed(CAUSES[cause]) if other_way else CAUSES[cause]
    text = hint_for({ids: 3, "nobody": 2}, {known: "crm", "u2": "crm"})
    assert text.startswith("3 of the rows would match ")
    assert cause in text


def test_the_form_that_finds_most_rows_is_named() -> None:
    text = hint_for({"0042": 1, "ANA": 5}, {"42": "crm", "ana": "crm"})
    assert text.startswith("5 of the rows would match in the same case")


def test_ids_of_another_source_are_recognised() -> None:
    text = hint_for({"u1": 4, "u9": 1}, {"u1": "hub", "u2": "crm"})
    assert text.startswith("4 of the rows have an id of another source: set `keys_of`")


def test_names_in_place_of_ids_are_recognised() -> None:
    text = hint_for(
        {"Ana Gil": 4, "007": 1}, {"7": "crm"}, {"ana gil": "full_name", "a@x.es": "email"}
    )
    assert text == "4 of the rows have a full_name where the id is expected: map the id to owner."


def test_where_nothing_would_match_there_is_no_hint() -> None:
    assert hint_for({"u1": 4}, {"v7": "crm"}) == ""
    assert hint_for({"u1": 4}, {}) == ""


def test_texts_that_share_digits_are_other_ids() -> None:
    assert hint_for({"X7": 3, "X8": 1}, {"D7": "crm", "D8": "crm"}) == ""
