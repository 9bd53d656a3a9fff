"""Rules of `embudo.yml` that need the contract, or a parser of SQL.

Streams and columns must exist in the contract, SQL must be one expression, formats must fit. Rules
of single values stand in `values`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestration.settings.mapping_models import ColumnSpec, MappingSpec
from orchestration.settings.models import Settings
from orchestration.settings.values import nearest


@dataclass(frozen=True)
class Fault:
    """What is wrong, and the path of keys to it."""

    path: tuple[str | int, ...]
    text: str


def faults(settings: Settings) -> list[Fault]:
    """Every fault of the mappings."""
    return list(_faults(settings))


def _faults(settings: Settings) -> Iterator[Fault]:
    from orchestration.settings.contract_loading import load_contract

    contract = load_contract()
    for source_name, source in settings.sources.items():
        at: tuple[str | int, ...] = ("sources", source_name)
        if source.keys_of is not None and source.keys_of not in settings.sources:
            known = list(settings.sources)
            yield Fault(
                (*at, "keys_of"),
                f"found {source.keys_of!r}; expected a source of this file: "
                f"{', '.join(known)}{nearest(source.keys_of, known)}",
            )
        for stream_name in source.required:
            if stream_name not in source.streams:
                yield Fault(
                    (*at, "required"),
                    f"found {stream_name!r}; expected a stream of this source: "
                    f"{', '.join(source.streams)}{nearest(stream_name, source.streams)}",
                )
        for stream_name, selections in source.streams.items():
            here = (*at, "streams", stream_name)
            if stream_name not in contract:
                yield Fault(
                    here,
                    f"{stream_name!r} is no stream{nearest(stream_name, contract)} "
                    f"Streams: {', '.join(contract)}",
                )
                continue
            columns = [column.name for column in contract[stream_name].columns]
            for index, selection in enumerate(selections):
                if selection.past_midnight is not None and not contract[stream_name].in_order:
                    with_times = ", ".join(s.name for s in contract.values() if s.in_order)
                    yield Fault(
                        (*here, index, "past_midnight"),
                        f"does nothing for {stream_name}, which has no times that follow one another; "
                        f"expected only for {with_times}",
                    )
                yield from _selection_faults((*here, index), stream_name, columns, selection)


def _selection_faults(
    at: tuple[str | int, ...], stream: str, columns: list[str], selection: MappingSpec
) -> Iterator[Fault]:
    for name, spec in selection.columns.items():
        if name not in columns:
            yield Fault(
                (*at, "columns", name),
                f"{name!r} is no column of {stream}{nearest(name, columns)} "
                f"Columns: {', '.join(columns)}",
            )
        yield from _sql_faults((*at, "columns", name), spec)
    if selection.deleted is not None:
        yield from _sql_faults((*at, "deleted"), selection.deleted)
    if selection.where is not None:
        yield from _expression_faults((*at, "where"), selection.where)


def _sql_faults(at: tuple[str | int, ...], spec: ColumnSpec) -> Iterator[Fault]:
    if spec.sql is not None:
        yield from _expression_faults((*at, "sql"), spec.sql)


def _expression_faults(at: tuple[str | int, ...], sql: str) -> Iterator[Fault]:
    from orchestration.settings.expressions import ExpressionInvalid, parse_expression

    try:
        parse_expression(sql)
    except ExpressionInvalid as error:
        yield Fault(
            at, f"found {sql!r}; expected one SQL expression over the file's columns: {error}"
        )
