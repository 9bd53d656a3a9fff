"""The messages of Flight and Flight SQL that are used here, declared by field and number.

protobuf's runtime makes the classes, so that no generated code has to keep step with its version. A field that is not
declared is skipped when a message is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory

FLIGHT = "arrow.flight.protocol"
SQL = "arrow.flight.protocol.sql"

_Fields = tuple[tuple[str, int, str], ...]
"""Name, number, type; `*` before a type is repeated, a type in capitals is a message of the same package."""

_FLIGHT_MESSAGES: Mapping[str, _Fields] = {
    "FlightDescriptor": (("type", 1, "int32"), ("cmd", 2, "bytes"), ("path", 3, "*string")),
    "Ticket": (("ticket", 1, "bytes"),),
    "Location": (("uri", 1, "string"),),
    "FlightEndpoint": (("ticket", 1, "Ticket"), ("location", 2, "*Location")),
    "FlightInfo": (
        ("schema", 1, "bytes"),
        ("flight_descriptor", 2, "FlightDescriptor"),
        ("endpoint", 3, "*FlightEndpoint"),
        ("total_records", 4, "int64"),
        ("total_bytes", 5, "int64"),
    ),
    "SchemaResult": (("schema", 1, "bytes"),),
    "FlightData": (("data_header", 2, "bytes"), ("data_body", 1000, "bytes")),
    "Action": (("type", 1, "string"), ("body", 2, "bytes")),
    "Result": (("body", 1, "bytes"),),
    "ActionType": (("type", 1, "string"), ("description", 2, "string")),
    "Empty": (),
    "CloseSessionResult": (("status", 1, "int32"),),
}
_SQL_MESSAGES: Mapping[str, _Fields] = {
    "ActionCreatePreparedStatementRequest": (("query", 1, "string"),),
    "ActionCreatePreparedStatementResult": (
        ("prepared_statement_handle", 1, "bytes"),
        ("dataset_schema", 2, "bytes"),
        ("parameter_schema", 3, "bytes"),
    ),
    "ActionClosePreparedStatementRequest": (("prepared_statement_handle", 1, "bytes"),),
    "CommandStatementQuery": (("query", 1, "string"),),
    "CommandPreparedStatementQuery": (("prepared_statement_handle", 1, "bytes"),),
    "TicketStatementQuery": (("statement_handle", 1, "bytes"),),
    "CommandGetCatalogs": (),
    "CommandGetDbSchemas": (("catalog", 1, "string"), ("db_schema_filter_pattern", 2, "string")),
    "CommandGetTables": (
        ("catalog", 1, "string"),
        ("db_schema_filter_pattern", 2, "string"),
        ("table_name_filter_pattern", 3, "string"),
        ("table_types", 4, "*string"),
        ("include_schema", 5, "bool"),
    ),
    "CommandGetTableTypes": (),
}
_SCALARS = {"bytes": 12, "string": 9, "bool": 8, "int32": 5, "int64": 3}
"""protobuf's numbers of its types."""
_MESSAGE_TYPE = 11


def _classes(package: str, messages: Mapping[str, _Fields]) -> dict[str, Any]:
    """The classes of a package, in a pool of their own: other libraries may know the same names."""
    file = descriptor_pb2.FileDescriptorProto(
        name=f"embudo/{package}.proto", package=package, syntax="proto3"
    )
    for message, fields in messages.items():
        declared = file.message_type.add(name=message)
        for name, number, kind in fields:
            plain = kind.removeprefix("*")
            field = declared.field.add(
                name=name,
                number=number,
                label=3 if kind.startswith("*") else 1,
                type=_SCALARS.get(plain, _MESSAGE_TYPE),
            )
            if plain not in _SCALARS:
                field.type_name = f".{package}.{plain}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}"))
        for name in messages
    }


flight: Mapping[str, Any] = _classes(FLIGHT, _FLIGHT_MESSAGES)
"""Classes of Flight's messages, by name."""

sql: Mapping[str, Any] = _classes(SQL, _SQL_MESSAGES)
"""Classes of Flight SQL's messages, by name."""


def packed(name: str, **values: object) -> bytes:
    """A message of Flight SQL in an `Any`."""
    content = sql[name](**values).SerializeToString()
    holder = any_pb2.Any(type_url=f"type.googleapis.com/{SQL}.{name}", value=content)
    return bytes(holder.SerializeToString())


def unpacked(content: bytes) -> tuple[str, Any]:
    """Name and message of an `Any`; the message is None for one that is not declared. Raises `ValueError`."""
    holder = any_pb2.Any()
    try:
        holder.ParseFromString(content)
        package, _, name = holder.type_url.rpartition("/")[2].rpartition(".")
        if package != SQL or name not in sql:
            return name, None
        return name, sql[name].FromString(holder.value)
    except Exception as error:  # protobuf's own, which differs by implementation
        raise ValueError("not a message of Flight SQL") from error
