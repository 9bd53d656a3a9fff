"""The contract of the streams, read from the dbt source YAML.

Every file called `_<area>__sources.yml` beside the staging models is a part of it. What the records are belongs
to `contract`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from orchestration.core.errors import ContractBroken
from orchestration.settings.contract import ContractColumn, Rule, StreamContract
from orchestration.settings.personal_data import (
    ADDRESSES,
    COLUMN_WORDS,
    ROLES,
    STREAM_WORDS,
    check_word,
    check_words,
)
from orchestration.settings.personal_data_checks import check_declarations
from orchestration.settings.project import PROJECT_ROOT, require_project
from orchestration.settings.reference_declarations import check_references

CONTRACT_FOLDER = Path("models/staging/files")
CONTRACT_FILES = "_*__sources.yml"


def load_contract(folder: Path | None = None) -> Mapping[str, StreamContract]:
    """The streams of the contract by name, from `folder` or the checkout's own.

    Every file called `_<area>__sources.yml` in it is a part of the contract, in the order of their names.
    """
    if folder is None:
        require_project()
        folder = PROJECT_ROOT / CONTRACT_FOLDER
    files = sorted(folder.glob(CONTRACT_FILES))
    return _load(folder, tuple((file, file.stat().st_mtime_ns) for file in files))


@cache
def _load(folder: Path, files: tuple[tuple[Path, int], ...]) -> Mapping[str, StreamContract]:
    streams = [stream for file, _ in files for stream in _streams(file)]
    if not streams:
        raise ContractBroken(
            f"The contract {folder} has no files called {CONTRACT_FILES}: restore them from git."
        )
    contract = {stream.name: stream for stream in streams}
    check_declarations(contract, folder=folder)
    check_references(contract, folder=folder)
    return contract


def _streams(file: Path) -> Sequence[StreamContract]:
    try:
        parsed = yaml.safe_load(file.read_text(encoding="utf-8"))
        source = next(source for source in parsed["sources"] if source["name"] == "files")
        return [_stream(table, file) for table in source["tables"]]
    except (OSError, yaml.YAMLError, KeyError, StopIteration, TypeError) as error:
        raise ContractBroken(
            f"The contract {file} cannot be read ({type(error).__name__}: {error}). "
            "Expected a dbt source called `files` with tables and columns; restore it from git."
        ) from error


def _stream(table: Mapping[str, Any], file: Path) -> StreamContract:
    meta = table.get("config", {}).get("meta", {})
    where = f"{file}: stream {table['name']}"
    check_words(meta, STREAM_WORDS, where=where)
    check_word(meta.get("personal"), ROLES, key="personal", where=where)
    columns = tuple(_column(column, where) for column in table["columns"])
    return StreamContract(
        name=table["name"],
        columns=tuple(column for column in columns if not column.name.startswith("_")),
        added=tuple(column for column in columns if column.name.startswith("_")),
        keys=tuple(meta.get("keys", ())),
        keys_repeat=bool(meta.get("keys_repeat", False)),
        newest_by=meta.get("newest_by"),
        business_times=tuple(meta.get("business_times", ())),
        in_order=tuple(meta.get("in_order", ())),
        rules=tuple(Rule(**rule) for rule in meta.get("rules", ())),
        personal=meta.get("personal"),
    )


def _column(column: Mapping[str, Any], stream: str) -> ContractColumn:
    meta = column.get("config", {}).get("meta", {})
    where = f"{stream}, column {column['name']}"
    check_words(meta, COLUMN_WORDS, where=where)
    check_word(meta.get("address"), ADDRESSES, key="address", where=where)
    return ContractColumn(
        name=column["name"],
        data_type=str(column["data_type"]).lower(),
        required=bool(meta.get("required", False)),
        accepted_values=tuple(str(value) for value in meta.get("accepted_values", ())),
        minimum=meta.get("minimum"),
        words=tuple(str(value) for value in meta.get("words", ())),
        words_in=meta.get("words_in"),
        own_words=bool(meta.get("own_words", False)),
        key_of=meta.get("key_of"),
        also_by=tuple(meta.get("also_by", ())),
        address=meta.get("address"),
        within=meta.get("within"),
        refers_to=meta.get("refers_to"),
        free_text=bool(meta.get("free_text", False)),
    )
