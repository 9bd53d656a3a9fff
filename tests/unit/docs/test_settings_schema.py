"""`docs/embudo.schema.json`: what it lets through and what it marks, as an editor would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from orchestration.quality.registry import default_limits
from orchestration.settings import commented_settings
from scripts.docs.project import ROOT

EXAMPLES = sorted([*(ROOT / "examples").glob("*/embudo*.yml"), ROOT / "sandbox" / "embudo.yml"])


class PlainLoader(yaml.SafeLoader):
    """YAML whose dates stay text, as a JSON schema knows none."""


PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads((ROOT / "docs" / "embudo.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def faults(validator: Draft202012Validator, text: str) -> list[str]:
    """Where the text breaks the schema, as dotted keys."""
    content: Any = yaml.load(text, Loader=PlainLoader)
    return [error.json_path for error in validator.iter_errors(content)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_example_validates(validator: Draft202012Validator, example: Any) -> None:
    assert faults(validator, example.read_text(encoding="utf-8")) == []


def test_the_file_that_init_writes_validates(validator: Draft202012Validator) -> None:
    assert faults(validator, commented_settings(default_limits())) == []


def test_the_file_that_init_writes_leads_editors_to_the_schema(tmp_path: Path) -> None:
    """Relative within the checkout, so that the line holds for everybody's clone; else absolute."""
    outside, inside = (
        commented_settings(default_limits(), folder)
        for folder in (tmp_path, ROOT / "companies" / "acme")
    )
    schema = ROOT / "docs" / "embudo.schema.json"
    assert outside.splitlines()[0] == f"# yaml-language-server: $schema={schema}"
    assert inside.splitlines()[0] == "# yaml-language-server: $schema=../../docs/embudo.schema.json"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("compani: Acme", "$"),
        ("revenue_from: invoices", "$.revenue_from"),
        ("keep_releases: 0", "$.keep_releases"),
        ("limits: {quarantine_share: 1.5}", "$.limits.quarantine_share"),
        ("sources: {crm: {streams: {deals: {columns: {deal_id: id}}}}}", "$.sources.crm"),
        ("alerts: [{kind: pager}]", "$.alerts[0].kind"),
    ],
)
def test_a_mistake_is_marked_where_it_stands(
    validator: Draft202012Validator, text: str, where: str
) -> None:
    assert faults(validator, text) == [where]


def test_every_key_is_explained(validator: Draft202012Validator) -> None:
    """An editor shows what a key does; the texts come from the tables of docs/engineer.md."""
    bare = [
        f"{name}.{key}"
        for name, definition in validator.schema["$defs"].items()
        for shape in definition.get("anyOf", [definition])
        for key, node in shape.get("properties", {}).items()
        if "description" not in node
    ]
    keys_of_keys = ("AuthSpec", "BoundsSpec", "PaginationSpec", "RateLimitSpec", "RetriesSpec")
    assert [key for key in bare if key.split(".")[0] not in keys_of_keys] == []
