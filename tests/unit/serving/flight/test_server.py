"""Flight SQL over gRPC, by Arrow's own ADBC driver and by hand-made calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import grpc
import pytest

from orchestration.core.errors import EmbudoError
from serving.flight.messages import FLIGHT, flight, packed, unpacked
from serving.flight.server import MAX_MESSAGE, FlightServer, FlightService
from serving.server import Server
from serving.telemetry import Telemetry
from serving.tokens import TokenStore
from tests.conftest import ROOT
from tests.unit.serving.conftest import Client

TEXT = (
    '{{ semantic_layer.query(metrics=["revenue"], group_by=["rep__name"], order_by=["-revenue"]) }}'
)
ROWS = [
    {"rep__name": "=cmd()", "revenue": Decimal("300.25")},
    {"rep__name": "Borja", "revenue": Decimal("200.00")},
    {"rep__name": "Ana", "revenue": Decimal("160.15")},
    {"rep__name": None, "revenue": Decimal("40.00")},
]

Connect = Callable[..., Any]


@pytest.fixture
def connect(server: Server, client: Client) -> Connect:
    """A connection of ADBC's driver, with a token and call headers."""
    adbc = import_module("adbc_driver_flightsql")
    dbapi = import_module("adbc_driver_flightsql.dbapi")

    def connect(token: str = client.token, **headers: str) -> Any:
        prefix = adbc.DatabaseOptions.RPC_CALL_HEADER_PREFIX.value
        options = {adbc.DatabaseOptions.AUTHORIZATION_HEADER.value: f"Bearer {token}"}
        options |= {f"{prefix}{name.replace('_', '-')}": value for name, value in headers.items()}
        return dbapi.connect(server.flight_url, db_kwargs=options, autocommit=True)

    return connect


@pytest.fixture
def channel(server: Server) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(f"127.0.0.1:{server.flight_url.rpartition(':')[2]}") as channel:
        yield channel


def call(channel: grpc.Channel, method: str, content: bytes, token: str) -> Any:
    """One unary call with raw bytes."""
    run = channel.unary_unary(f"/{FLIGHT}.FlightService/{method}")
    return run(content, metadata=(("authorization", f"Bearer {token}"),), timeout=20)


def descriptor(name: str, **values: object) -> bytes:
    content = flight["FlightDescriptor"](type=2, cmd=packed(name, **values)).SerializeToString()
    return bytes(content)


def test_a_driver_queries(connect: Connect) -> None:
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute(TEXT)
        table = cursor.fetch_arrow_table()
        assert table.to_pylist() == ROWS
        assert b"embudo.trust" in table.schema.metadata
        cursor.execute(TEXT)
        assert cursor.fetchone() == ("=cmd()", Decimal("300.25"))


def test_an_empty_answer_has_its_schema(connect: Connect) -> None:
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute(TEXT.replace("query(", "query(where=[\"rep__name = 'nobody'\"],"))
        table = cursor.fetch_arrow_table()
        assert (table.num_rows, table.column_names) == (0, ["rep__name", "revenue"])


def test_a_pinned_release(connect: Connect) -> None:
    for release, expected in (("20260210-1", "20260210-1"), ("", "20260211-1")):
        with connect(embudo_release=release) as connection, connection.cursor() as cursor:
            cursor.execute(TEXT)
            assert expected.encode() in cursor.fetch_arrow_table().schema.metadata[b"embudo.trust"]


@pytest.mark.parametrize(
    ("text", "status", "message"),
    [
        ("select 1", "INVALID_ARGUMENT", "expected one table"),
        (TEXT.replace("revenue", "revenu"), "INVALID_ARGUMENT", "no metric `revenu`"),
        ("drop table x", "INVALID_ARGUMENT", "expected one SELECT"),
        ("{{ x }}", "INVALID_ARGUMENT", "cannot be read"),
    ],
)
def test_errors_have_a_status_and_no_traceback(
    connect: Connect, text: str, status: str, message: str
) -> None:
    with connect() as connection, connection.cursor() as cursor:
        with pytest.raises(Exception, match=message) as refused:
            cursor.execute(text)
        assert refused.value.status_code.name == status  # type: ignore[attr-defined]
        for leaked in ("Traceback", ".py", str(ROOT), "site-packages"):
            assert leaked not in str(refused.value)


@pytest.mark.parametrize("token", ["", "embudo_x", "x" * 5_000])
def test_nothing_without_a_token(connect: Connect, token: str) -> None:
    with connect(token) as connection, connection.cursor() as cursor:
        with pytest.raises(Exception, match="User is not authorized") as refused:
            cursor.execute(TEXT)
        assert refused.value.status_code.name == "UNAUTHENTICATED"  # type: ignore[attr-defined]


def test_writing_is_not_supported(connect: Connect) -> None:
    with connect() as connection, connection.cursor() as cursor:
        rows = cursor.execute(TEXT).fetch_arrow_table()
        with pytest.raises(Exception, match=r"(?i)not|unimpl"):
            cursor.adbc_ingest("x", rows)


def test_info_schema_and_data_by_hand(channel: grpc.Channel, client: Client) -> None:
    command = descriptor("CommandStatementQuery", query=TEXT)
    info = flight["FlightInfo"].FromString(call(channel, "GetFlightInfo", command, client.token))
    schema = flight["SchemaResult"].FromString(call(channel, "GetSchema", command, client.token))
    assert (info.total_records, info.schema) == (4, schema.schema)
    (endpoint,) = info.endpoint
    name, ticket = unpacked(endpoint.ticket.ticket)
    assert name == "TicketStatementQuery" and ticket.statement_handle
    stream = channel.unary_stream(f"/{FLIGHT}.FlightService/DoGet")
    data = list(
        stream(
            endpoint.ticket.SerializeToString(),
            metadata=(("authorization", f"Bearer {client.token}"),),
        )
    )
    assert len(data) == 2, "the schema, and one batch"


def test_a_statement_is_its_callers_alone(
    channel: grpc.Channel, client: Client, tokens: TokenStore
) -> None:
    command = descriptor("CommandStatementQuery", query=TEXT)
    info = flight["FlightInfo"].FromString(call(channel, "GetFlightInfo", command, client.token))
    ticket = info.endpoint[0].ticket.SerializeToString()
    other = tokens.create("flight-other", "director")
    stream = channel.unary_stream(f"/{FLIGHT}.FlightService/DoGet")
    with pytest.raises(grpc.RpcError, match="There is no query"):
        list(stream(ticket, metadata=(("authorization", f"Bearer {other}"),)))


def by_path(*parts: str) -> bytes:
    return bytes(flight["FlightDescriptor"](type=1, path=parts).SerializeToString())


def by_command(content: bytes) -> bytes:
    return bytes(flight["FlightDescriptor"](type=2, cmd=content).SerializeToString())


HOSTILE = [
    ("GetFlightInfo", b"", "UNIMPLEMENTED"),
    ("GetFlightInfo", by_path("../../etc/passwd"), "UNIMPLEMENTED"),
    ("GetFlightInfo", by_command(b"\xff\xff"), "INVALID_ARGUMENT"),
    ("GetFlightInfo", by_command(b"select 1"), "INVALID_ARGUMENT"),
    (
        "GetFlightInfo",
        descriptor("CommandPreparedStatementQuery", prepared_statement_handle=b"\xff"),
        "INVALID_ARGUMENT",
    ),
    ("GetFlightInfo", b"\xff\xff\xff", "INTERNAL"),
    ("GetFlightInfo", b"\x12" + b"\x80" * 9, "INTERNAL"),
    ("GetSchema", by_command(b"x" * (MAX_MESSAGE + 1)), "RESOURCE_EXHAUSTED"),
    ("DoPut", b"", "UNIMPLEMENTED"),
    ("DoExchange", b"", "UNIMPLEMENTED"),
    ("Nothing", b"", "UNIMPLEMENTED"),
]


@pytest.mark.parametrize(("method", "content", "code"), HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_calls_harm_nothing(
    channel: grpc.Channel, client: Client, method: str, content: bytes, code: str
) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        call(channel, method, content, client.token)
    assert refused.value.code().name == code  # type: ignore[attr-defined]
    assert "Traceback" not in str(refused.value)
    command = descriptor("CommandStatementQuery", query=TEXT)
    assert call(channel, "GetFlightInfo", command, client.token)


@pytest.mark.parametrize(
    "action", ["BeginTransaction", "CancelQuery", "SetSessionOptions", "", "x" * 900]
)
def test_other_actions_are_refused(channel: grpc.Channel, client: Client, action: str) -> None:
    run = channel.unary_stream(f"/{FLIGHT}.FlightService/DoAction")
    content = flight["Action"](type=action).SerializeToString()
    with pytest.raises(grpc.RpcError, match="only reads"):
        list(run(content, metadata=(("authorization", f"Bearer {client.token}"),)))


def test_actions_are_listed(channel: grpc.Channel, client: Client) -> None:
    run = channel.unary_stream(f"/{FLIGHT}.FlightService/ListActions")
    found = list(run(b"", metadata=(("authorization", f"Bearer {client.token}"),)))
    names = [flight["ActionType"].FromString(item).type for item in found]
    assert names == ["CreatePreparedStatement", "ClosePreparedStatement", "CloseSession"]


def test_a_taken_port_is_named(server: Server, tmp_path: Path) -> None:
    port = int(server.flight_url.rpartition(":")[2])
    service = FlightService(service=server.service, telemetry=Telemetry())
    with pytest.raises(
        EmbudoError, match=f"Port {port} of 127.0.0.1 cannot be used for Flight SQL"
    ):
        FlightServer(service, host="127.0.0.1", port=port)
