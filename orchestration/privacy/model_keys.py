"""Which columns of the marts hold keys of persons' rows, read from the `meta` that a release's manifest holds.

A column declares `personal: subject | owned` where its row goes with the person, and `key_of` with the stream whose
key it holds where its name does not show it (`contact_key` holds the key `contact_id` of contacts). What is deleted
belongs to `orchestration.erasure`; docs/dev/personal-data.md is the guide.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orchestration.core.errors import ContractBroken
from orchestration.privacy.data_subject import DataSubject
from orchestration.settings.contract import StreamContract
from orchestration.settings.personal_data import GUIDE

MODEL_ROLES = ("subject", "owned", "mentions")
_WORDS = frozenset({"personal", "key_of", "hash"})
_HASHES = ("md5",)
PRIVATE_DATABASE = "warehouse"


@dataclass(frozen=True)
class ModelKey:
    """A column of a mart that holds keys of persons' rows; `spellings` are streams with what stands before the key."""

    schema: str
    table: str
    column: str
    row_goes: bool
    spellings: Mapping[str, str]
    hashed: bool = False

    def values(self, subject: DataSubject) -> tuple[str, ...]:
        """The person's keys as this column holds them."""
        spelled = (
            prefix + key
            for stream, prefix in self.spellings.items()
            for key in subject.keys.get(stream, ())
        )
        return tuple(
            hashlib.md5(value.encode(), usedforsecurity=False).hexdigest() if self.hashed else value
            for value in spelled
        )


@dataclass(frozen=True)
class Declarations:
    """What a release's manifest declares about its tables: key columns, and the names of all tables that dbt made."""

    keys: tuple[ModelKey, ...]
    tables: frozenset[str]


def read_declarations(
    manifest: Mapping[str, Any], contract: Mapping[str, StreamContract]
) -> Declarations:
    """The declarations of a release: models, seeds, and the tables of saved queries."""
    tables = {node["alias"] for node in manifest["nodes"].values() if "alias" in node}
    for query in manifest.get("saved_queries", {}).values():
        tables |= {export["config"].get("alias") or export["name"] for export in query["exports"]}
    return Declarations(declared_keys(manifest, contract), frozenset(tables))


def declared_keys(
    manifest: Mapping[str, Any], contract: Mapping[str, StreamContract]
) -> tuple[ModelKey, ...]:
    """The declared key columns of the models of a manifest; streams that the contract no longer has hold no keys."""
    return tuple(
        ModelKey(
            schema=node["schema"],
            table=node["alias"],
            column=column,
            row_goes=meta["personal"] != "mentions",
            spellings=_spellings(meta, column, contract),
            hashed="hash" in meta,
        )
        for node, column, meta in _columns(manifest)
        if "personal" in meta
    )


def check_model_keys(manifest: Mapping[str, Any], contract: Mapping[str, StreamContract]) -> None:
    """Raise `ContractBroken` naming every column of the models whose declaration is missing or does not hold."""
    known = key_columns(contract)
    faults = []
    for node, column, meta in _columns(manifest):
        where = f"{node['schema']}.{node['alias']}, column {column}"
        if _WORDS & set(meta):
            faults += [f"\n  {where}: {fault}." for fault in _faults(meta, column, contract)]
        elif (
            column in known
            and node["database"] != PRIVATE_DATABASE
            and column == next(iter(node["columns"]))
        ):
            faults.append(
                f"\n  {where}: its rows are keyed by those of {known[column]}, which go with a person, and it declares "
                f"nothing. Expected `personal: {' | '.join(MODEL_ROLES)}` in its `meta`."
            )
    if faults:
        raise ContractBroken(
            f"The models do not declare which rows go with a person:{''.join(faults)}\n{GUIDE} explains the words."
        )


def key_columns(contract: Mapping[str, StreamContract]) -> dict[str, str]:
    """Column of the models to the stream whose key it holds: `contact_key` to contacts."""
    return {
        stream.keys[0].removesuffix("_id") + "_key": stream.name
        for stream in contract.values()
        if stream.is_erased and len(stream.keys) == 1
    }


def _faults(
    meta: Mapping[str, Any], column: str, contract: Mapping[str, StreamContract]
) -> Iterator[str]:
    if meta.get("personal") not in MODEL_ROLES:
        yield f"found `personal: {meta.get('personal')}`, expected one of {', '.join(MODEL_ROLES)}"
    if meta.get("hash", "md5") not in _HASHES:
        yield f"found `hash: {meta['hash']}`, expected {' or '.join(_HASHES)}"
    erased = sorted(stream.name for stream in contract.values() if stream.is_erased)
    spellings = _spellings(meta, column, contract)
    if not spellings or not set(spellings) <= set(erased):
        unknown = ", ".join(sorted(set(spellings) - set(erased))) or "no stream"
        yield (
            f"`key_of` names {unknown}, expected one or more of {', '.join(erased)}, whose rows go with a person"
        )


def _spellings(
    meta: Mapping[str, Any], column: str, contract: Mapping[str, StreamContract]
) -> dict[str, str]:
    key_of = meta.get("key_of", key_columns(contract).get(column))
    return {key_of: ""} if isinstance(key_of, str) else dict(key_of or {})


def _columns(
    manifest: Mapping[str, Any],
) -> Iterator[tuple[Mapping[str, Any], str, Mapping[str, Any]]]:
    """Model, column and its meta, for every column that the models describe."""
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model":
            for name, column in node["columns"].items():
                yield node, name, (column.get("config") or {}).get("meta") or column.get("meta", {})
