"""I12: what the YAML of metrics says in SQL is the same in other engines' SQL.

The models are DuckDB's today, and what differs between engines stands in dispatched macros. Metrics are rendered by
MetricFlow for whatever engine there is, so the fragments that we write have to be of no one dialect.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlglot
import yaml
from sqlglot import exp
from sqlglot.errors import ParseError

from tests.conftest import ROOT

ENGINES = ("duckdb", "postgres", "spark")
PORTABLE = (
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.And, exp.Or, exp.Not, exp.Is,
    exp.In, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg,
    exp.Case, exp.If, exp.Coalesce, exp.Nullif,
)  # fmt: skip
"""What fragments are made of: it is written alike and means the same in every engine. No cast, no other function."""

TEMPLATE = re.compile(r"\{\{\s*\w+\('(\w+)'[^}]*\}\}")


def fragments() -> Iterator[tuple[str, str]]:
    """File and SQL of every `expr` and `filter` of metrics, entities and dimensions."""
    for path in sorted((ROOT / "models").rglob("*.yml")):
        if not path.name.endswith(("__checks.yml", "__sources.yml")):
            content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
            for text in _fragments_in(content):
                yield path.name, text


def _fragments_in(content: Any) -> Iterator[str]:
    if isinstance(content, list):
        for item in content:
            yield from _fragments_in(item)
    elif isinstance(content, dict):
        for key, value in content.items():
            if key in ("expr", "filter") and isinstance(value, str):
                yield TEMPLATE.sub(r"\1", value)
            else:
                yield from _fragments_in(value)


def is_portable(text: str) -> bool:
    """Whether each engine's parser reads it, as nothing but what all have in common."""
    try:
        parsed = [sqlglot.parse_one(text, read=name) for name in ENGINES]
    except ParseError:
        return False
    return all(isinstance(node, PORTABLE) for tree in parsed for node in tree.walk())


def test_metrics_are_written_in_what_all_engines_have_in_common() -> None:
    written = list(fragments())
    assert len(written) > 150
    assert [f"{file}: {text}" for file, text in written if not is_portable(text)] == []


@pytest.mark.parametrize(
    "text", ["list_sum([a, b])", "a // b", "median(a)", "epoch(a - b)", "a::date", "a ilike 'x'"]
)
def test_what_belongs_to_one_engine_is_seen(text: str) -> None:
    assert not is_portable(text)
