"""Flight SQL over gRPC: prepared statements and queries, answered as Arrow record batches.

gRPC's own library serves it: pyarrow's Flight server sends a client the traceback of every error. What a query text
means belongs to `statements`.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc

from orchestration.core.errors import EmbudoError, QueryInvalid
from serving.errors import Refusal
from serving.flight.call_guard import Call, CallGuard, NotSupported
from serving.flight.listings import LISTINGS, listing
from serving.flight.messages import FLIGHT, flight, packed, unpacked
from serving.flight.statements import answer_text
from serving.query_book import CreatedQuery, QueryBook
from serving.service import Service
from serving.telemetry import Telemetry

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_PER_BATCH = 10_000
MAX_MESSAGE = 1024 * 1024
"""Bytes of a request; answers have no limit of their own."""

_THREADS = 8
_MAX_CALLS = 256
_COMMAND = 2
_CLOSED = 1


@dataclass(frozen=True, kw_only=True)
class FlightService:
    """The calls of Flight. Safe to share between threads."""

    service: Service
    telemetry: Telemetry
    book: QueryBook = field(default_factory=QueryBook)

    def handler(self) -> grpc.GenericRpcHandler:
        """The calls by name, for a gRPC server."""
        guard = CallGuard(service=self.service, telemetry=self.telemetry)
        unary = {
            "GetFlightInfo": (self.get_flight_info, "FlightDescriptor", "FlightInfo"),
            "GetSchema": (self.get_schema, "FlightDescriptor", "SchemaResult"),
        }
        streams = {
            "DoGet": (self.do_get, "Ticket", "FlightData"),
            "DoAction": (self.do_action, "Action", "Result"),
            "ListActions": (self.list_actions, "Empty", "ActionType"),
        }
        methods = {
            name: grpc.unary_unary_rpc_method_handler(
                guard.unary(name, call), flight[takes].FromString, flight[gives].SerializeToString
            )
            for name, (call, takes, gives) in unary.items()
        } | {
            name: grpc.unary_stream_rpc_method_handler(
                guard.stream(name, call),
                flight[takes].FromString,
                flight[gives].SerializeToString,
            )
            for name, (call, takes, gives) in streams.items()
        }
        return grpc.method_handlers_generic_handler(f"{FLIGHT}.FlightService", methods)

    def get_flight_info(self, descriptor: Any, call: Call) -> Any:
        """Schema and ticket of a statement, prepared or not."""
        table, ticket = self._of_descriptor(descriptor, call)
        endpoint = flight["FlightEndpoint"](ticket=flight["Ticket"](ticket=ticket))
        return flight["FlightInfo"](
            schema=table.schema.serialize().to_pybytes(),
            flight_descriptor=descriptor,
            endpoint=[endpoint],
            total_records=table.num_rows,
            total_bytes=table.nbytes,
        )

    def get_schema(self, descriptor: Any, call: Call) -> Any:
        """The schema of a statement."""
        table, _ = self._of_descriptor(descriptor, call)
        return flight["SchemaResult"](schema=table.schema.serialize().to_pybytes())

    def do_get(self, ticket: Any, call: Call) -> Iterator[Any]:
        """The record batches of a statement."""
        name, message = _command(ticket.ticket)
        if name == "TicketStatementQuery":
            handle = message.statement_handle
        elif name == "CommandPreparedStatementQuery":
            handle = message.prepared_statement_handle
        elif name in LISTINGS:
            return _flight_data(self._listing(name, message, call))
        else:
            raise NotSupported(f"`{name[:60]}` is no ticket of this server.")
        return _flight_data(_table(self._of_handle(handle, call)))

    def do_action(self, action: Any, call: Call) -> Iterator[Any]:
        """Prepare a statement or close one; a session has nothing to close."""
        if action.type == "CreatePreparedStatement":
            _, message = _command(action.body)
            query = self._created(getattr(message, "query", ""), call)
            content = packed(
                "ActionCreatePreparedStatementResult",
                prepared_statement_handle=query.query_id.encode(),
                dataset_schema=_table(query).schema.serialize().to_pybytes(),
            )
            return iter([flight["Result"](body=content)])
        if action.type == "ClosePreparedStatement":
            _, message = _command(action.body)
            handle = getattr(message, "prepared_statement_handle", b"")
            with suppress(QueryInvalid):
                self.book.cancel(_id(handle), call.caller.digest)
            return iter(())
        if action.type == "CloseSession":
            closed = flight["CloseSessionResult"](status=_CLOSED).SerializeToString()
            return iter([flight["Result"](body=closed)])
        raise NotSupported(
            f"The action `{action.type[:60]}` is not supported: the server only reads."
        )

    def list_actions(self, _: Any, call: Call) -> Iterator[Any]:
        """What `do_action` takes."""
        names = ("CreatePreparedStatement", "ClosePreparedStatement", "CloseSession")
        return iter([flight["ActionType"](type=name) for name in names])

    def _of_descriptor(self, descriptor: Any, call: Call) -> tuple[pa.Table, bytes]:
        """The table that a command describes, and the ticket that fetches it."""
        if descriptor.type != _COMMAND:
            raise NotSupported("Only commands of Flight SQL are answered, no paths.")
        name, message = _command(descriptor.cmd)
        if name == "CommandStatementQuery":
            query = self._created(message.query, call)
        elif name == "CommandPreparedStatementQuery":
            query = self._of_handle(message.prepared_statement_handle, call)
        elif name in LISTINGS:
            return self._listing(name, message, call), descriptor.cmd
        else:
            raise NotSupported(f"`{name[:60]}` is not supported.")
        handle = query.query_id.encode()
        return _table(query), packed("TicketStatementQuery", statement_handle=handle)

    def _listing(self, name: str, message: Any, call: Call) -> pa.Table:
        with self.service.layer(call.caller, call.release) as layer:
            return listing(layer, name, message)

    def _created(self, text: str, call: Call) -> CreatedQuery:
        """Answer a query text and keep the answer for its fetching."""
        self.book.drop_releases(self.service.pool.release_ids())
        with self.service.layer(call.caller, call.release) as layer:
            return self.book.add(call.caller.digest, answer=answer_text(layer, text))

    def _of_handle(self, handle: bytes, call: Call) -> CreatedQuery:
        return self.book.find(_id(handle), call.caller.digest)


class FlightServer:
    """A gRPC server that answers from its creation until `stop`."""

    def __init__(
        self,
        service: FlightService,
        *,
        host: str,
        port: int,
        certificate: Path | None = None,
        key: Path | None = None,
    ) -> None:
        """Listen, on any free port for 0; raises `EmbudoError` where the port is taken."""
        self._server = grpc.server(
            ThreadPoolExecutor(_THREADS, thread_name_prefix="flight"),
            handlers=[service.handler()],
            options=[
                ("grpc.so_reuseport", 0),
                ("grpc.max_receive_message_length", MAX_MESSAGE),
                ("grpc.max_send_message_length", -1),
            ],
            maximum_concurrent_rpcs=_MAX_CALLS,
        )
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        try:
            if certificate and key:
                pair = (key.read_bytes(), certificate.read_bytes())
                self.port = self._server.add_secure_port(
                    address, grpc.ssl_server_credentials([pair])
                )
            else:
                self.port = self._server.add_insecure_port(address)
        except RuntimeError as error:
            raise EmbudoError(
                f"Port {port} of {host} cannot be used for Flight SQL: another server listens there, or the TLS "
                f"files cannot be read. Choose another port with `--flight-port {port + 1}`."
            ) from error
        self._server.start()

    def stop(self, *, seconds: float) -> None:
        """Refuse new calls, and end those that run after some seconds."""
        self._server.stop(seconds).wait()


def _command(content: bytes) -> tuple[str, Any]:
    try:
        return unpacked(content)
    except ValueError as error:
        raise Refusal("This is no message of Flight SQL.") from error


def _id(handle: bytes) -> str:
    return handle.decode("ascii", "replace")


def _table(query: CreatedQuery) -> pa.Table:
    assert query.answer is not None, "over Flight only answers are kept"
    return query.answer.table


def _flight_data(table: pa.Table) -> Iterator[Any]:
    """The schema, then the record batches, each an IPC message split into its header and its body."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=ROWS_PER_BATCH)
    for message in pa.ipc.MessageReader.open_stream(sink.getvalue()):
        yield flight["FlightData"](
            data_header=message.metadata.to_pybytes(), data_body=message.body.to_pybytes()
        )
