"""The contract of the streams, parsed from the dbt source YAML.

What a stream's columns, types, keys and rules are, as frozen data. Checking rows against it belongs
to `checks`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from orchestration.core.errors import ContractBroken
from orchestration.settings.project import PROJECT_ROOT, require_project

CONTRACT_FOLDER = Path("models/staging/files")
CONTRACT_FILES = "_*__sources.yml"

PRIVATE_COLUMNS = frozenset(
    {
        "email",
        "phone",
        "mobile",
        "from_number",
        "to_number",
        "recipient_email",
        "contact_email",
        "full_name",
        "prospect_handle",
    }
)


@dataclass(frozen=True)
class ContractColumn:
    """A column of a stream. `data_type` is DuckDB's: varchar, bigint, decimal(18,4), boolean, date,
    timestamp.
    """

    name: str
    data_type: str
    required: bool = False
    accepted_values: tuple[str, ...] = ()

    @property
    def is_private(self) -> bool:
        """Whether its values may not be shown in a reason."""
        return self.name in PRIVATE_COLUMNS


@dataclass(frozen=True)
class Rule:
    """A condition over a stream's columns that holds for each row; unknown counts as held."""

    name: str
    check: str
    expected: str


@dataclass(frozen=True)
class StreamContract:
    """What a stream is made of; `columns` leaves out what ingestion adds, `landed` has it all."""

    name: str
    columns: tuple[ContractColumn, ...]
    added: tuple[ContractColumn, ...]
    keys: tuple[str, ...] = ()
    keys_repeat: bool = False
    """Whether rows of the same key in a file add up, instead of replacing one another."""
    newest_by: str | None = None
    business_times: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()

    @property
    def landed(self) -> tuple[ContractColumn, ...]:
        """All columns of a landed row, in the contract's order."""
        return self.columns + self.added

    def column(self, name: str) -> ContractColumn:
        """The column called `name`."""
        return next(column for column in self.columns if column.name == name)


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
    return {stream.name: stream for stream in streams}


def _streams(file: Path) -> Sequence[StreamContract]:
    try:
        parsed = yaml.safe_load(file.read_text(encoding="utf-8"))
        source = next(source for source in parsed["sources"] if source["name"] == "files")
        return [_stream(table) for table in source["tables"]]
    except (OSError, yaml.YAMLError, KeyError, StopIteration, TypeError) as error:
        raise ContractBroken(
            f"The contract {file} cannot be read ({type(error).__name__}: {error}). "
            "Expected a dbt source called `files` with tables and columns; restore it from git."
        ) from error


def _stream(table: Mapping[str, Any]) -> StreamContract:
    meta = table.get("config", {}).get("meta", {})
    columns = tuple(_column(column) for column in table["columns"])
    return StreamContract(
        name=table["name"],
        columns=tuple(column for column in columns if not column.name.startswith("_")),
        added=tuple(column for column in columns if column.name.startswith("_")),
        keys=tuple(meta.get("keys", ())),
        keys_repeat=bool(meta.get("keys_repeat", False)),
        newest_by=meta.get("newest_by"),
        business_times=tuple(meta.get("business_times", ())),
        rules=tuple(Rule(**rule) for rule in meta.get("rules", ())),
    )


def _column(column: Mapping[str, Any]) -> ContractColumn:
    meta = column.get("config", {}).get("meta", {})
    return ContractColumn(
        name=column["name"],
        data_type=str(column["data_type"]).lower(),
        required=bool(meta.get("required", False)),
        accepted_values=tuple(str(value) for value in meta.get("accepted_values", ())),
    )
