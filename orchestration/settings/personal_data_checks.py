"""What the contract must declare of personal data, checked when it is read.

A stream or column that leads to a person and declares nothing would be left behind by an erasure: it is refused here,
with the words that it lacks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from orchestration.core.errors import ContractBroken
from orchestration.settings.contract import ContractColumn, StreamContract
from orchestration.settings.personal_data import GUIDE, ROLES, is_named_like_an_address


def check_declarations(contract: Mapping[str, StreamContract], *, folder: Path) -> None:
    """Raise `ContractBroken` naming every stream and column whose declaration is missing or does not hold."""
    subject_keys = {
        stream.keys[0]: stream.name
        for stream in contract.values()
        if stream.personal == "subject" and len(stream.keys) == 1
    }
    faults = [
        f"\n  stream {stream.name}{where}: {fault}."
        for stream in contract.values()
        for where, fault in (
            *_of_stream(stream),
            *_of_columns(stream, contract, subject_keys),
        )
    ]
    if faults:
        raise ContractBroken(
            f"The contract {folder} does not declare all of its personal data:{''.join(faults)}\n"
            f"{GUIDE} explains the words."
        )


def _of_stream(stream: StreamContract) -> Iterator[tuple[str, str]]:
    leads = [*stream.addresses, *stream.references]
    named = [column for column in stream.columns if column.is_private or column.free_text]
    if stream.personal is None and (leads or named):
        first = (leads or named)[0].name
        yield (
            "",
            f"its column {first} is declared to hold personal data, the stream declares none. "
            f"Expected `personal: {' | '.join(ROLES)}` in the `meta` of the stream",
        )
    if stream.personal == "subject" and len(stream.keys) != 1:
        yield (
            "",
            f"found {len(stream.keys)} key columns, expected one: other streams refer to a person by it",
        )
    if stream.personal == "owned" and not leads:
        yield (
            "",
            "its rows are `personal: owned`, and no column leads to the person. Expected `refers_to` or "
            "`address: email | phone | handle` on one or more",
        )
    if stream.personal == "staff" and stream.references:
        yield (
            f", column {stream.references[0].name}",
            "found `refers_to` in a stream of `personal: staff`, expected none",
        )


def _of_columns(
    stream: StreamContract, contract: Mapping[str, StreamContract], subject_keys: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    names = {column.name for column in stream.columns}
    for column in stream.landed:
        for fault in _of_column(column, stream, contract, names):
            yield f", column {column.name}", fault
    for column in stream.columns:
        if column.address or column.refers_to or column.free_text:
            continue
        if column.data_type == "varchar" and is_named_like_an_address(column.name):
            yield (
                f", column {column.name}",
                "it is named like an address of a person and declares nothing. Expected "
                "`address: email | phone | handle | name` in its `meta` (`address: none` where it holds none), "
                f"and `personal: {' | '.join(ROLES)}` in that of the stream",
            )
        elif column.name in subject_keys and subject_keys[column.name] != stream.name:
            yield (
                f", column {column.name}",
                f"it is named like the key of {subject_keys[column.name]}, whose rows are persons, and declares "
                f"nothing. Expected `refers_to: {subject_keys[column.name]}` in its `meta`, and "
                f"`personal: {' | '.join(ROLES)}` in that of the stream",
            )


def _of_column(
    column: ContractColumn,
    stream: StreamContract,
    contract: Mapping[str, StreamContract],
    names: set[str],
) -> Iterator[str]:
    if column.refers_to is not None:
        target = contract.get(column.refers_to)
        if target is None or target.personal != "subject":
            subjects = [other.name for other in contract.values() if other.personal == "subject"]
            yield (
                f"found `refers_to: {column.refers_to}`, expected a stream of `personal: subject` "
                f"({', '.join(subjects) or 'there is none'})"
            )
    if column.within is not None and (column.within not in names or not column.identifies):
        yield (
            f"found `within: {column.within}`, expected another column of the stream, beside "
            "`address: phone | handle`"
        )
    if column.address == "handle" and column.within is None:
        yield "found `address: handle` alone, expected `within` with the column of the network"
    emptied = column.free_text or (
        stream.personal == "mentions" and (column.refers_to is not None or column.identifies)
    )
    if emptied and column.required:
        yield "it is emptied when a person is erased, and cannot be `required`"
