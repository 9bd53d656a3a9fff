"""Answers as JSON, CSV, Arrow, Parquet and Excel; in Arrow and Parquet the trust is in the schema's metadata.

CSV writes a `'` before a text that a spreadsheet would run as a formula.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic_layer.rendering import to_csv, to_json
from semantic_layer.results import QueryResult
from semantic_layer.translation import Language
from serving.rest.workbook import MEDIA_TYPE, workbook
from serving.service import with_trust

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Format:
    """A form of an answer."""

    media_type: str
    write: Callable[[QueryResult, Language], bytes]


def arrow_stream(table: pa.Table) -> bytes:
    """A table as an Arrow IPC stream."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def _parquet(result: QueryResult, _: Language) -> bytes:
    from pyarrow import parquet

    sink = io.BytesIO()
    parquet.write_table(with_trust(result), sink)
    return sink.getvalue()


FORMATS: Mapping[str, Format] = {
    "json": Format("application/json", lambda result, lang: to_json(result, lang=lang).encode()),
    "csv": Format("text/csv; charset=utf-8", lambda result, _: to_csv(result).encode()),
    "arrow": Format(
        "application/vnd.apache.arrow.stream", lambda result, _: arrow_stream(with_trust(result))
    ),
    "parquet": Format("application/vnd.apache.parquet", _parquet),
    "xlsx": Format(MEDIA_TYPE, lambda result, _: workbook(result.table)),
}


def format_of(name: str | None, accept: str) -> str:
    """The format that a parameter names, else the first one of an `accept` header that there is, else JSON."""
    if name:
        return name
    for item in accept.split(","):
        wanted = item.partition(";")[0].strip().lower()
        for known, form in FORMATS.items():
            if form.media_type.partition(";")[0] == wanted:
                return known
    return "json"
