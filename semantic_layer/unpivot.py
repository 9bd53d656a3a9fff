"""One query for several dimensions of the same entity, such as a rep's key, team and region.

A query by one of them joins each fact with one row of the entity. Where that row is repeated once per
dimension, with the dimension's value in the place of the first one's, the same query answers for all of
them, at a third of the planning: counts of distinct things, medians and ratios come out exactly as if each
dimension had been queried alone, because every fact is once in each group that it belongs to.

Conversions are the exception: they look for the event before another over all groups, so metrics with
`is_conversion` have to be queried by one dimension at a time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

SEPARATOR = "|"
"""Between the dimension and its value."""


@dataclass(frozen=True, kw_only=True)
class Unpivot:
    """How the rows of an entity are repeated once per dimension. Keys come out as `dimension|value`."""

    relation: str
    columns: tuple[tuple[str, str], ...]
    """Dimensions and their columns; the first one is what the query groups by."""

    @classmethod
    def of(cls, semantic_manifest: str, dimensions: Sequence[str]) -> Unpivot | None:
        """None where these are not plain columns of the table of one entity."""
        entity = dimensions[0].partition("__")[0]
        if any(name.rpartition("__")[0] != entity for name in dimensions):
            return None
        for model in json.loads(semantic_manifest)["semantic_models"]:
            if any(e["name"] == entity and e["type"] == "primary" for e in model["entities"]):
                known = {d["name"]: d["expr"] or d["name"] for d in model["dimensions"]}
                names = [name.rpartition("__")[2] for name in dimensions]
                if all(name in known for name in names):
                    columns = zip(dimensions, (known[name] for name in names), strict=True)
                    return cls(
                        relation=model["node_relation"]["relation_name"], columns=tuple(columns)
                    )
        return None

    def apply(self, sql: str) -> str | None:
        """The query over the repeated rows; None where it does not read that table."""
        if self.relation not in sql:
            return None
        first = self.columns[0][1]
        rows = " union all ".join(
            f"select * replace ('{name}{SEPARATOR}' || cast({column} as varchar) as {first}) "
            f"from {self.relation} where {column} is not null"
            for name, column in self.columns
        )
        return sql.replace(self.relation, f"({rows})")
