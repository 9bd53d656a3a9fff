"""Messages of Flight SQL, byte by byte as another implementation writes them."""

from __future__ import annotations

import pytest

from serving.flight.messages import flight, packed, sql, unpacked

ADBC_PREPARE = (
    b"\nRtype.googleapis.com/arrow.flight.protocol.sql.ActionCreatePreparedStatementRequest"
    b"\x12\n\n\x08select 1"
)
"""What ADBC's driver sends to prepare `select 1`."""


def test_a_drivers_bytes_are_read() -> None:
    name, message = unpacked(ADBC_PREPARE)
    assert (name, message.query) == ("ActionCreatePreparedStatementRequest", "select 1")


def test_packed_ones_are_read_back() -> None:
    name, message = unpacked(packed("TicketStatementQuery", statement_handle=b"x"))
    assert (name, message) == (
        "TicketStatementQuery",
        sql["TicketStatementQuery"](statement_handle=b"x"),
    )


def test_others_are_named() -> None:
    # a name as long as the one it replaces, since the message states its length
    content = ADBC_PREPARE.replace(
        b"ActionCreatePreparedStatementRequest", b"ActionCancelPreparedStatementRequest"
    )
    assert unpacked(content) == ("ActionCancelPreparedStatementRequest", None)


@pytest.mark.parametrize("content", [b"\xff", b"\x0a\x05ab", b"x" * 100])
def test_what_is_no_message(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a message"):
        name, message = unpacked(content)
        if message is None:
            raise ValueError(f"not a message: {name}")


def test_the_body_of_data_has_its_own_number() -> None:
    """Field 1000, of type bytes: its tag is 8002, as a varint."""
    assert flight["FlightData"](data_body=b"x").SerializeToString() == b"\xc2\x3e\x01x"
