"""`docs/embudo.schema.json`: the JSON schema of `embudo.yml`, by which editors complete and check it.

Shapes come from the settings' models, with the short forms that they accept; what a key does comes from
the tables of `docs/engineer.md`. Rules across keys stay with `embudo validate`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from orchestration import settings
from orchestration.quality.registry import all_checks, default_limits
from orchestration.settings import api_models, values
from scripts.docs.project import ROOT

_NOT_IN_THE_FILE = ("config_file",)
_SECTIONS: Mapping[str, tuple[type[BaseModel], ...]] = {
    "Company": (settings.Settings,),
    "Source": (settings.SourceSpec, settings.ApiSpec, settings.BreachSpec),
    "Mapping files to streams": (settings.SelectionSpec, settings.ColumnSpec),
    "Standing exceptions": (settings.ExceptionSpec,),
    "Formats": (settings.FormatSpec,),
    "API sources": (settings.ApiSpec, settings.BreachSpec, settings.EndpointSpec),
    "Alerts": (settings.AlertSpec,),
}
"""The models whose keys a section of `docs/engineer.md` explains."""
_NESTED: Mapping[str, tuple[type[BaseModel], ...]] = {
    "limits": (settings.Limits, settings.SourceLimits),
    "on_breach": (settings.BreachSpec,),
    "unpivot": (settings.UnpivotSpec,),
    "cursor": (api_models.CursorSpec,),
    "pagination": (api_models.PaginationSpec,),
}
"""The models of keys that the page writes with the key that they stand under, as `limits.silent_days`."""

_SCALAR: list[dict[str, Any]] = [{"type": kind} for kind in ("string", "number", "boolean")]


def text() -> str:
    """The schema as JSON text."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


def schema() -> dict[str, Any]:
    """The schema of `embudo.yml`, in JSON Schema's draft 2020-12."""
    made = settings.Settings.model_json_schema(by_alias=True)
    definitions = made["$defs"]
    for model in _all_models(settings.Settings):
        node = made if model is settings.Settings else definitions.get(model.__name__)
        if node is not None:
            _accept_short_forms(node, model)
            _describe(node, model)
            _default_from_checks(node, model)
    for name in _NOT_IN_THE_FILE:
        del made["properties"][name]
        made["required"] = [key for key in made.get("required", ()) if key != name]
    definitions["ColumnSpec"] = {"anyOf": [{"type": "string"}, definitions["ColumnSpec"]]}
    words = {"enum": ["warn", "quarantine", "stop"]}
    definitions["BreachSpec"] = {"anyOf": [words, definitions["BreachSpec"]]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "embudo.yml",
        "description": "The settings of a company: what it is called, where its files are, how they map.",
        **{key: value for key, value in _without_titles(made).items() if key != "title"},
    }


def _all_models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Every model of the settings' modules."""
    for module in (settings, api_models):
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield kind


def _accept_short_forms(node: dict[str, Any], model: type[BaseModel]) -> None:
    """Let a list of one be written without brackets, as the model's validators do."""
    for decorator in model.__pydantic_decorators__.field_validators.values():
        for field in decorator.info.fields:
            wide = _wider(node["properties"].get(_alias(model, field)), decorator.func)
            if wide is not None:
                node["properties"][_alias(model, field)] = wide
    if model is settings.ColumnSpec:
        node["properties"]["map"] |= {
            "additionalProperties": {"anyOf": [*_SCALAR, {"type": "null"}]}
        }
        node["properties"]["otherwise"] |= {"anyOf": [*_SCALAR, {"type": "null"}]}
    if model is settings.SelectionSpec:
        node["properties"]["snapshot"] |= {"enum": ["file", "folder", True, False, None]}
        node["properties"]["snapshot"].pop("anyOf", None)
    if issubclass(model, settings.MappingSpec):
        node["properties"]["past_midnight"]["anyOf"].append({"type": "boolean"})


def _wider(prop: dict[str, Any] | None, validator: Any) -> dict[str, Any] | None:
    function = getattr(validator, "__func__", validator)
    if prop is None:
        return None
    if function is values.one_or_many and prop.get("type") == "array":
        return _one_or_many(prop)
    if function is values.lists_of_mappings:
        return prop | {"additionalProperties": _one_or_many(prop["additionalProperties"])}
    return None


def _one_or_many(prop: dict[str, Any]) -> dict[str, Any]:
    outside = ("default", "description")
    inside = {key: value for key, value in prop.items() if key not in outside}
    kept = {key: value for key, value in prop.items() if key in outside}
    return {"anyOf": [prop["items"], inside], **kept}


def _describe(node: dict[str, Any], model: type[BaseModel]) -> None:
    texts = _explained().get(model, {})
    for key, prop in node["properties"].items():
        if key in texts and "description" not in prop:
            prop["description"] = texts[key]


def _default_from_checks(node: dict[str, Any], model: type[BaseModel]) -> None:
    """Limits and policies that nobody sets are those of the gate's checks."""
    of_models: dict[type[BaseModel], Mapping[str, Any]] = {
        settings.Limits: default_limits(),
        settings.BreachSpec: {
            check.name.removeprefix("loads."): check.policy
            for check in all_checks()
            if check.gate == 1
        },
    }
    defaults = of_models.get(model, {})
    for key, prop in node["properties"].items():
        if prop.get("$ref", "").endswith(("/Limits", "/BreachSpec")):
            prop.pop("default", None)
        if key in defaults and "anyOf" in prop:
            (kind,) = (option for option in prop.pop("anyOf") if option != {"type": "null"})
            node["properties"][key] = kind | prop | {"default": defaults[key]}


@lru_cache(maxsize=1)
def _explained() -> Mapping[type[BaseModel], Mapping[str, str]]:
    """What each key of a model does, by the tables of the engineer's page."""
    page = (ROOT / "docs" / "engineer.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^##+ (.+?)\n(.*?)(?=^##+ |\Z)", page, re.M | re.S))
    texts: dict[type[BaseModel], dict[str, str]] = {}
    for title, explained in _SECTIONS.items():
        for keys, text in _rows(sections[title]):
            for key in keys:
                parent, _, name = key.rpartition(".")
                for model in _NESTED[parent] if parent else explained:
                    if name in {_alias(model, field) for field in model.model_fields}:
                        texts.setdefault(model, {}).setdefault(name, text)
    return texts


def _rows(section: str) -> Iterator[tuple[list[str], str]]:
    for line in section.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        keys = re.findall(r"`([a-z_.]+)`", cells[0]) if cells else []
        if keys:
            yield keys, re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", cells[-1])


def _alias(model: type[BaseModel], field: str) -> str:
    return model.model_fields[field].alias or field


def _without_titles(node: Any) -> Any:
    """The schema without the titles that pydantic makes of the keys' names."""
    if isinstance(node, dict):
        return {
            key: _without_titles(value)
            for key, value in node.items()
            if not (key == "title" and isinstance(value, str))
        }
    return [_without_titles(item) for item in node] if isinstance(node, list) else node
