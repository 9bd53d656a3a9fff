"""Columns of the two tables and what they mean, read from `columns.yml`.

The refresh writes these tables, so no dbt YAML describes them; their descriptions are written into
the marts as comments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of the schema `performance`: its grain, and its columns in order."""

    name: str
    description: str
    columns: Mapping[str, str]

    def comments(self) -> Iterator[str]:
        """SQL that writes the descriptions into the table."""
        yield f"comment on table performance.{self.name} is {_quoted(self.description)}"
        for column, text in self.columns.items():
            yield f"comment on column performance.{self.name}.{column} is {_quoted(text)}"


@cache
def tables() -> Mapping[str, Table]:
    """`scorecard` and `alerts`."""
    import yaml

    text = Path(__file__).with_suffix(".yml").read_text(encoding="utf-8")
    return {
        name: Table(
            name=name,
            description=content["description"].strip(),
            columns={column: text.strip() for column, text in content["columns"].items()},
        )
        for name, content in yaml.safe_load(text).items()
    }


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
