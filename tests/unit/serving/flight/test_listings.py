"""What tools list, by Arrow's own ADBC driver and by command."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from semantic_layer.layer import SemanticLayer
from serving.flight.listings import listing
from serving.flight.messages import sql
from serving.server import Server
from tests.unit.serving.conftest import Client


@pytest.fixture
def layer(server: Server) -> Iterator[SemanticLayer]:
    with server.service.pool.lease() as layer:
        yield layer


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["metrics", "rep_scorecard"]),
        (
            {"catalog": "semantic_layer", "table_types": ["TABLE", "VIEW"]},
            ["metrics", "rep_scorecard"],
        ),
        ({"table_name_filter_pattern": "rep%"}, ["rep_scorecard"]),
        ({"table_name_filter_pattern": "METRIC_"}, ["metrics"]),
        ({"table_name_filter_pattern": "m.*"}, []),
        ({"table_types": ["TABLE"]}, []),
        ({"catalog": "other"}, []),
        ({"db_schema_filter_pattern": "other"}, []),
    ],
)
def test_tables(layer: SemanticLayer, filters: dict[str, Any], expected: list[str]) -> None:
    message = sql["CommandGetTables"](**filters)
    found = listing(layer, "CommandGetTables", message).to_pylist()
    assert [row["table_name"] for row in found] == expected
    assert all(row["table_type"] == "VIEW" for row in found)


def test_catalogues_schemas_and_types(layer: SemanticLayer) -> None:
    for command, row in (
        ("CommandGetCatalogs", {"catalog_name": "semantic_layer"}),
        (
            "CommandGetDbSchemas",
            {"catalog_name": "semantic_layer", "db_schema_name": "semantic_layer"},
        ),
        ("CommandGetTableTypes", {"table_type": "VIEW"}),
    ):
        assert listing(layer, command, sql[command]()).to_pylist() == [row]


def test_a_driver_lists_tables_and_columns_and_queries_them(server: Server, client: Client) -> None:
    adbc = import_module("adbc_driver_flightsql")
    dbapi = import_module("adbc_driver_flightsql.dbapi")
    options = {adbc.DatabaseOptions.AUTHORIZATION_HEADER.value: f"Bearer {client.token}"}
    with dbapi.connect(server.flight_url, db_kwargs=options, autocommit=True) as connection:
        (catalog,) = connection.adbc_get_objects(depth="all").read_all().to_pylist()
        assert catalog["catalog_name"] == "semantic_layer"
        ((schema,),) = (catalog["catalog_db_schemas"],)
        tables = {table["table_name"]: table for table in schema["db_schema_tables"]}
        assert set(tables) == {"metrics", "rep_scorecard"}
        columns = [column["column_name"] for column in tables["rep_scorecard"]["table_columns"]]
        assert columns == ["metric_time__month", "rep__team", "revenue", "win_rate"]
        assert connection.adbc_get_table_types() == ["VIEW"]
        known = connection.adbc_get_table_schema("metrics").names
        assert {"rep__team", "revenue"} <= set(known)
        with connection.cursor() as cursor:
            cursor.execute(
                "select rep__region, orders from metrics where rep__region is not null order by 2 desc"
            )
            assert cursor.fetchall() == [("Norte", 3), ("Sur", 1)]
