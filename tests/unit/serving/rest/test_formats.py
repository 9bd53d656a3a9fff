"""Answers in each format, read back by others' readers."""

from __future__ import annotations

import csv
import io
import json

import pyarrow as pa
import pytest
from pyarrow import parquet

from semantic_layer.request import QueryRequest
from semantic_layer.results import QueryResult
from serving.rest.formats import FORMATS, format_of
from serving.server import Server

ROWS = [("=cmd()", "300.25"), ("Ana", "160.15"), ("Borja", "200.00"), (None, "40.00")]
"""Revenue by rep, added up by hand from the lines of the tiny company."""


@pytest.fixture(scope="module")
def result(server: Server) -> QueryResult:
    with server.service.pool.lease() as layer:
        return layer.query(QueryRequest(metrics=("revenue",), group_by=("rep__name",)))


def written(result: QueryResult, name: str) -> bytes:
    return FORMATS[name].write(result, "en")


def test_json(result: QueryResult) -> None:
    answer = json.loads(written(result, "json"))
    assert [(r["rep__name"], f"{r['revenue']:.2f}") for r in answer["rows"]] == ROWS
    assert answer["trust"]["release_id"] == "20260211-1"


def test_csv_cannot_run_a_formula(result: QueryResult) -> None:
    rows = list(csv.reader(io.StringIO(written(result, "csv").decode())))
    assert rows == [
        ["rep__name", "revenue"],
        *([f"'{n}" if n == "=cmd()" else n or "", v] for n, v in ROWS),
    ]


@pytest.mark.parametrize("name", ["arrow", "parquet"])
def test_tables_carry_their_trust(result: QueryResult, name: str) -> None:
    content = written(result, name)
    table = (
        pa.ipc.open_stream(content).read_all() if name == "arrow" else parquet.read_table(io.BytesIO(content))
    )  # fmt: skip
    assert [(r["rep__name"], str(r["revenue"])) for r in table.to_pylist()] == ROWS
    trust = json.loads(table.schema.metadata[b"embudo.trust"])
    assert (trust["release_id"], trust["verdict"]) == ("20260211-1", "pass")


@pytest.mark.parametrize(
    ("name", "accept", "expected"),
    [
        ("csv", "application/json", "csv"),
        (None, "text/csv", "csv"),
        (None, "text/html, application/vnd.apache.parquet;q=0.9", "parquet"),
        (None, "*/*", "json"),
        (None, "", "json"),
    ],
)
def test_the_parameter_counts_before_the_header(
    name: str | None, accept: str, expected: str
) -> None:
    assert format_of(name, accept) == expected
