"""The dbt project from its YAML, read without dbt, so that the pages are written in seconds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from scripts.docs.markdown import plain

ROOT = Path(__file__).resolve().parents[2]
MARTS = ("core", "activity", "funnel", "customer", "performance")

_NOT_OF_DBT = "__checks.yml"
_BLOCK = re.compile(r"\{%-?\s*docs\s+(\w+)\s*-?%\}(.*?)\{%-?\s*enddocs\s*-?%\}", re.S)
_REFERENCE = re.compile(r"""\{\{\s*doc\(\s*(?:['"]\w+['"]\s*,\s*)?['"](\w+)['"]\s*\)\s*\}\}""")
_TYPES = {
    "varchar": "text",
    "bigint": "whole number",
    "boolean": "yes or no",
    "date": "date",
    "timestamp": "timestamp",
}

Yaml = Mapping[str, Any]


@lru_cache(maxsize=512)
def read(path: Path) -> Any:
    """The content of a YAML file."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader) or {}  # noqa: S506 - safe


@lru_cache(maxsize=1)
def yaml_files() -> tuple[Path, ...]:
    """Every YAML file that dbt reads of the models, in the order of their paths."""
    files = sorted((ROOT / "models").rglob("*.yml"))
    return tuple(path for path in files if not path.name.endswith(_NOT_OF_DBT))


def streams() -> list[Yaml]:
    """The streams of the contract, in the order in which their files name them."""
    return [
        table
        for path in yaml_files()
        for source in read(path).get("sources", ())
        for table in source["tables"]
        if "area" in meta(table)
    ]


@lru_cache(maxsize=1)
def models() -> tuple[Yaml, ...]:
    """Models of the marts with the `folder` (schema) that they stand in, in the order of the marts."""
    marts = [
        {**model, "folder": path.parent.name}
        for path in yaml_files()
        if path.parent.name in MARTS and path.parent.parent.name == "models"
        for model in read(path).get("models", ())
        if "columns" in model
    ]
    return tuple(sorted(marts, key=lambda model: (MARTS.index(model["folder"]), model["name"])))


def model_of(mart: str) -> Yaml:
    """The model of `<folder>.<name>`."""
    return next(model for model in models() if f"{model['folder']}.{model['name']}" == mart)


@lru_cache(maxsize=1)
def metrics() -> Mapping[str, Yaml]:
    """All metrics by name, hidden ones too; a simple one has its `model`."""
    metrics_by_name = {m["name"]: m for path in yaml_files() for m in read(path).get("metrics", ())}
    for model in models():
        for metric in model.get("metrics") or ():
            metrics_by_name[metric["name"]] = {**metric, "model": model}
    return metrics_by_name


@lru_cache(maxsize=1)
def docs_blocks() -> Mapping[str, str]:
    """dbt's `{% docs name %}` blocks of the project, name to text on one line."""
    texts = (path.read_text(encoding="utf-8") for path in sorted((ROOT / "models").rglob("*.md")))
    return {name: plain(body) for text in texts for name, body in _BLOCK.findall(text)}


def meta(node: Yaml) -> Yaml:
    """The `config.meta` of a node."""
    return dict((node.get("config") or {}).get("meta") or {})


def description(node: Yaml) -> str:
    """A node's description on one line, with its docs blocks filled in."""
    text = _REFERENCE.sub(lambda match: docs_blocks()[match[1]], str(node.get("description", "")))
    return plain(text)


def grain(model: Yaml) -> str:
    """What one row of a mart stands for: its description without the words that begin it."""
    return description(model).removeprefix("One row per ")


def type_of(column: Yaml) -> str:
    """A column's type in words."""
    kind = column["data_type"]
    return _TYPES.get(kind, "number" if kind.startswith("decimal") else kind)


def entities(model: Yaml) -> Iterator[tuple[str, str]]:
    """Name and type (`primary`, `foreign`, …) of each entity that a model has a key of."""
    for column in model.get("columns", ()):
        entity = column.get("entity")
        if entity:
            yield str(entity.get("name", column["name"])), str(entity["type"])
