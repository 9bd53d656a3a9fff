"""Where the rows behind a failed check came from: file and line of the landed rows with its sample keys.

Finding the keys belongs to `failed_keys` and the checks; only marts and models with one row per key of a stream
have an origin.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from orchestration.core.records import CheckResult
from orchestration.quality.databases import identifier, literal
from orchestration.quality.landed_columns import public_column
from orchestration.quality.marts import table_of
from orchestration.quality.subjects import GateInput
from orchestration.quality.suites import MartSuite
from orchestration.settings.contract import StreamContract
from orchestration.settings.contract_loading import load_contract

_MODEL = re.compile(r"(?:stg_files|int)_+(\w+?)(?:__\w+)?")


def with_origins(checks: Sequence[CheckResult], candidate: GateInput) -> tuple[CheckResult, ...]:
    """The checks, those that did not pass with file and line of the rows behind their sample keys."""
    if not any(_needs_origin(check) for check in checks):
        return tuple(checks)
    contract = load_contract()
    streams = dict(_streams_of_marts(candidate.definitions.suites, contract))
    with candidate.databases.open() as connection:
        return tuple(
            dataclasses.replace(
                check, sample_rows=_origins(connection, check, streams, contract, candidate)
            )
            if _needs_origin(check)
            else check
            for check in checks
        )


def _needs_origin(check: CheckResult) -> bool:
    return check.outcome != "pass" and bool(check.sample_keys)


def _streams_of_marts(
    suites: Sequence[MartSuite], contract: Mapping[str, StreamContract]
) -> Iterator[tuple[str, tuple[str, Sequence[str]]]]:
    """Mart to the stream that it has one row per key of, and the columns of that key."""
    by_key = {_key_of(stream.name): stream for stream in contract.values() if stream.keys}
    for suite in suites:
        named = by_key.get(suite.key)
        if named is not None:
            yield table_of(suite.table), (named.name, named.keys)
        for reconciliation in suite.reconciliations:
            if reconciliation.stream_key:
                stream = reconciliation.name.partition(".")[2]
                yield table_of(suite.table), (stream, reconciliation.stream_key)


def _key_of(stream: str) -> str:
    """The name of the key of a mart with one row per row of the stream: `order_key` of `orders`."""
    singular = re.sub(r"ies$", "y", stream) if stream.endswith("ies") else stream.removesuffix("s")
    return f"{singular}_key"


def _origins(
    connection: Any,
    check: CheckResult,
    streams: Mapping[str, tuple[str, Sequence[str]]],
    contract: Mapping[str, StreamContract],
    candidate: GateInput,
) -> tuple[str, ...]:
    """File and line of the newest landed row of each sample key, as far as there are any."""
    keyed_stream = streams.get(check.subject)
    model = _MODEL.fullmatch(check.subject)
    if keyed_stream is None and model is not None and model[1] in contract:
        keyed_stream = (model[1], contract[model[1]].keys)
    if keyed_stream is None or not keyed_stream[1]:
        return ()
    stream, keys = keyed_stream
    key = " || '|' || ".join(f"cast({public_column(column)} as varchar)" for column in keys)
    listed = ", ".join(literal(sample) for sample in check.sample_keys)
    try:
        rows = connection.execute(
            f"""
            select key, _file, _line from (
                select _source || ':' || {key} as key, _file, _line, _load_seq
                from warehouse.landing.{identifier(stream)}
            )
            where key in ({listed})
            qualify row_number() over (partition by key order by _load_seq desc, _line desc) = 1
            """
        ).fetchall()
    except candidate.databases.errors:
        return ()
    places = {row[0]: f"{row[1]} line {row[2]:,}" for row in rows}
    return tuple(
        f"{key} ({places[key]})" for key in dict.fromkeys(check.sample_keys) if key in places
    )
