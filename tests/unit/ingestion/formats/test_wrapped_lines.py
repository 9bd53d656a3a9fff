"""Lines that are quoted as a whole, as a spreadsheet writes them."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.ingestion.formats.csv_record import Dialect
from orchestration.ingestion.formats.plain_text import PlainText
from orchestration.ingestion.formats.wrapped_lines import unwrapped
from tests.unit.ingestion.factories import Company

COLUMNS = {"product_id": "id", "name": "name", "category": "kind"}
FOUND = "select product_id, name, category, _line from landing.products order by 1"


def wrap(text: str) -> str:
    return "".join('"' + line.replace('"', '""') + '"\r\n' for line in text.splitlines())


def test_lines_quoted_as_a_whole_are_read(company: Company) -> None:
    plain = 'id,name,kind\n1,Desk,wood\n2,"Lamp, tall",light\n3,"The ""big"" one",wood\n4,x\n'
    company.drop("p.csv", wrap(plain))
    company.map("products", {"files": "p.csv", "columns": COLUMNS})
    company.land()
    assert company.rows(FOUND) == [
        ("1", "Desk", "wood", 2),
        ("2", "Lamp, tall", "light", 3),
        ("3", 'The "big" one', "wood", 4),
    ]
    assert company.quarantine() == [(5, "found 2 fields, expected 3")]


def test_a_header_that_is_not_quoted_and_lines_that_are(company: Company) -> None:
    company.drop("p.csv", 'id,name,kind\n"1,Desk,wood"\n2,Lamp,light\n')
    company.map("products", {"files": "p.csv", "columns": COLUMNS})
    company.land()
    assert company.rows(FOUND) == [("1", "Desk", "wood", 2), ("2", "Lamp", "light", 3)]


def test_a_file_without_a_header(company: Company) -> None:
    company.drop("p.csv", '"1,Desk,wood"\n"2,Lamp,light"\n')
    company.map("products", {"files": "p.csv", "columns": COLUMNS})
    company.source["format"] = {"header": False, "columns": ["id", "name", "kind"]}
    company.land()
    assert company.rows(FOUND) == [("1", "Desk", "wood", 1), ("2", "Lamp", "light", 2)]


def test_one_column_whose_name_has_a_comma_is_one_column(company: Company) -> None:
    company.drop("p.csv", '"Last, first"\n"Rossi, Ana"\n"Costa, Rui"\n')
    company.map(
        "products",
        {
            "files": "p.csv",
            "columns": {"product_id": "Last, first", "name": "Last, first"},
        },
    )
    company.land()
    assert company.rows("select name from landing.products order by 1") == [
        ("Costa, Rui",),
        ("Rossi, Ana",),
    ]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.text(alphabet='ab ,"é', max_size=6), min_size=3, max_size=3),
        min_size=1,
        max_size=5,
    )
)
def test_unwrapping_gives_back_what_was_wrapped(rows: list[list[str]]) -> None:
    plain = io.StringIO()
    csv.writer(plain, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w.csv"
        path.write_bytes(wrap(plain.getvalue()).encode())
        text = PlainText(path=path, is_copy=False, delimiter=",")
        lines = unwrapped(
            text, dialect=Dialect(delimiter=ord(","), quote=ord('"')), scratch=Path(folder)
        )
        assert lines.path.read_bytes().decode().replace("\r\n", "\n") == plain.getvalue()
