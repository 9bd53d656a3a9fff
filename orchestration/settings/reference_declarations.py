"""What the contract declares of references and vocabularies, checked when it is read.

A wrong name would leave a column unchecked in silence. Declarations of personal data belong to `personal_data_checks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from orchestration.core.errors import ContractBroken
from orchestration.settings.contract import ContractColumn, StreamContract

GUIDE = "docs/dev/add-a-stream.md"


def check_references(contract: Mapping[str, StreamContract], *, folder: Path) -> None:
    """Raise `ContractBroken` naming every column whose `key_of`, `also_by` or words do not hold."""
    faults = [
        f"\n  stream {stream.name}, column {column.name}: {fault}."
        for stream in contract.values()
        for column in stream.columns
        for fault in (*_of_reference(column, contract), *_of_words(column))
    ]
    if faults:
        raise ContractBroken(
            f"The contract {folder} has references or words that do not hold:{''.join(faults)}\n"
            f"{GUIDE} explains them."
        )


def _of_reference(column: ContractColumn, contract: Mapping[str, StreamContract]) -> Iterator[str]:
    if column.key_of is not None and column.refers_to is not None:
        yield "found `key_of` and `refers_to`, expected one of them (`refers_to` for persons outside)"
    if column.also_by and column.key_of is None:
        yield "found `also_by` without `key_of`, expected the stream whose columns they are"
    if column.key_of is None:
        return
    target = contract.get(column.key_of)
    if target is None or len(target.keys) != 1:
        yield f"found `key_of: {column.key_of}`, expected a stream of one key column"
        return
    unknown = sorted(set(column.also_by) - {other.name for other in target.columns})
    if unknown:
        yield f"found `also_by` {', '.join(unknown)}, expected columns of {target.name}"


def _of_words(column: ContractColumn) -> Iterator[str]:
    declared = [
        word
        for word, value in (
            ("accepted_values", column.accepted_values),
            ("words", column.words),
            ("words_in", column.words_in),
            ("own_words", column.own_words),
        )
        if value
    ]
    if len(declared) > 1:
        yield f"found {' and '.join(declared)}, expected one of them"
    if column.words_in is not None and column.words_in.count(".") != 1:
        yield f"found `words_in: {column.words_in}`, expected a seed and its column: `channels.channel`"
