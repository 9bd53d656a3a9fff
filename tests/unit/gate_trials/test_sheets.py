"""What the trials read from a file and write again is what stood there."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.gate_trials.base import Base
from tests.gate_trials.sheets import read_sheet, write_sheet
from tests.gate_trials.streams import CALLS, DEALS, ORDERS, SPEND, STREAMS, Stream

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.layout.stem)
def test_a_file_that_is_written_again_has_the_same_rows(
    base: Base, tmp_path: Path, stream: Stream
) -> None:
    delivery = base.copy(tmp_path / "copy")
    before = delivery.read(stream)
    text = before.path.read_bytes()
    write_sheet(before)
    after = read_sheet(before.path, stream)
    assert (after.columns, after.rows, after.broken) == (before.columns, before.rows, before.broken)
    if stream.layout.kind == "csv":
        assert sorted(after.path.read_bytes().splitlines()) == sorted(text.splitlines())


@pytest.mark.parametrize(
    ("stream", "column", "expected"),
    [
        (DEALS, "Importe", Decimal),
        (DEALS, "Creado", datetime),
        (CALLS, "talk_s", int),
        (ORDERS, "ordered_at", datetime),
        (SPEND, "Fecha", date),
        (SPEND, "Importe", Decimal),
    ],
)
def test_values_have_their_types(base: Base, stream: Stream, column: str, expected: type) -> None:
    sheet = read_sheet(base.folder / "new" / _file(base, stream), stream)
    typed = [value for value in sheet.values(column) if isinstance(value, expected)]
    assert len(typed) >= len(sheet.values(column)) - 2, "all but lines that are broken on purpose"


def _file(base: Base, stream: Stream) -> Path:
    layout = stream.layout
    return Path(layout.folder, f"{layout.stem}_{base.month}.{layout.kind}")
