"""Words of a vocabulary land in the spelling of the contract; unknown ones do not."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.core import duckdb_session
from orchestration.ingestion import load_contract
from tests.unit.ingestion.factories import Company

COLUMNS = {"call_id": "id", "direction": "way", "disposition": "result", "started_at": "at"}
CLOSED = [
    (stream.name, column.name, word)
    for stream in load_contract().values()
    for column in stream.columns
    for word in column.spellings
]


def calls(company: Company, *rows: str, **columns: object) -> None:
    lines = [f"{number},{row},2026-03-02 10:00:00" for number, row in enumerate(rows)]
    company.map("calls", {"files": "*.csv", "columns": {**COLUMNS, **columns}})
    company.drop("calls.csv", "\n".join(["id,way,result,at", *lines]) + "\n")
    company.land()


def test_any_spelling_lands_as_the_contract_has_it(company: Company) -> None:
    calls(
        company,
        "Inbound,No answer",
        "OUT-BOUND,NO-ANSWER",
        "ínternal,noAnswer",
        "inbound,no_answer",
    )
    assert company.rows("select direction, disposition from landing.calls order by call_id") == [
        ("inbound", "no_answer"),
        ("outbound", "no_answer"),
        ("internal", "no_answer"),
        ("inbound", "no_answer"),
    ]


def test_an_unknown_word_is_quarantined_as_the_file_has_it(company: Company) -> None:
    calls(company, "Inbound,Not Answered")
    assert company.rows("select * from landing.calls") == []
    [(line, reason)] = company.quarantine()
    assert line == 2
    assert reason.startswith(
        "disposition: found 'Not Answered', expected one of answered, no_answer"
    )


def test_a_word_that_may_be_unknown_lands_as_it_is(company: Company) -> None:
    company.map(
        "activities",
        {
            "files": "*.csv",
            "columns": {
                "activity_id": "id", "kind": "kind", "direction": "way", "started_at": "at", "outcome": "outcome",
            },
        },
    )  # fmt: skip
    company.drop(
        "a.csv",
        "id,kind,way,at,outcome\n1,Meeting,In Bound,2026-03-02,Held\n2,visit,sideways,2026-03-02,No show\n",
    )
    company.land()
    query = "select kind, direction, outcome from landing.activities order by activity_id"
    assert company.rows(query) == [("meeting", "inbound", "Held"), ("visit", "sideways", "No show")]


def test_a_map_names_words_in_any_spelling(company: Company) -> None:
    ways = {
        "column": "way",
        "map": {"Entrante": "inbound", "Salida": "outbound"},
        "otherwise": "internal",
    }
    calls(company, "ENTRANTE,busy", "sálida,busy", "Sal_ida,busy", "Otra,busy", direction=ways)
    assert [
        way for (way,) in company.rows("select direction from landing.calls order by call_id")
    ] == [
        "inbound",
        "outbound",
        "outbound",
        "internal",
    ]


def test_spellings_that_a_map_tells_apart_stay_apart(company: Company) -> None:
    ways = {"column": "way", "map": {"in": "inbound", "IN": "outbound"}, "otherwise": "internal"}
    calls(company, "in,busy", "IN,busy", "In,busy", direction=ways)
    assert [
        way for (way,) in company.rows("select direction from landing.calls order by call_id")
    ] == [
        "inbound",
        "outbound",
        "internal",
    ]


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory):
    with duckdb_session.connect(scratch=tmp_path_factory.mktemp("scratch")) as opened:
        yield opened


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    word=st.sampled_from(sorted({word for _, _, word in CLOSED})),
    capitals=st.lists(st.booleans(), min_size=20, max_size=20),
    separators=st.lists(st.sampled_from(["", "_", "-", " ", "\u00a0"]), min_size=20, max_size=20),
)
def test_every_word_of_the_contract_is_found_in_every_spelling(
    connection, word: str, capitals: list[bool], separators: list[str]
) -> None:
    letters = [
        (letter.upper() if capital else letter) + separator
        for letter, capital, separator in zip(
            word.replace("_", ""), capitals, separators, strict=False
        )
    ]
    [(same,)] = connection.execute(
        "select folded_word(?) = folded_word(?)", ["".join(letters), word]
    ).fetchall()
    assert same


def test_no_two_words_of_a_column_are_the_same() -> None:
    from orchestration.core.words import fold

    folded = [(stream, column, fold(word)) for stream, column, word in CLOSED]
    assert len(set(folded)) == len(folded)


def test_ids_are_repaired_where_they_land(company: Company) -> None:
    company.map(
        "deals",
        {
            "files": "*.csv",
            "where": "digits(code) is not null",
            "columns": {
                "deal_id": {"sql": "digits(code)"},
                "owner_id": {"sql": "salesforce_id18(owner)"},
                "name": {"sql": "unaccent(name)"},
                "stage": {"value": "New"},
                "status": {"value": "Open"},
            },
        },
    )
    company.drop("d.csv", "code,owner,name\nOPP-12,001A0000006Vm9u,Ñandú\nnone,u,x\n")
    company.land()
    assert company.rows("select deal_id, owner_id, name, status from landing.deals") == [
        ("12", "001A0000006Vm9uIAC", "Nandu", "open")
    ]
