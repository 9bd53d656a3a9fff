"""`docs/marts.md`: the grain of every mart, its columns, and the metrics that are computed from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scorecards.columns import tables
from scripts.docs import project
from scripts.docs.markdown import render

_ROLES = {
    "primary": "key",
    "unique": "key",
    "foreign": "key of {name}",
    "categorical": "dimension",
    "time": "time",
}


@dataclass(frozen=True)
class Column:
    """A column of a mart as its table shows it."""

    name: str
    type: str
    role: str
    text: str


@dataclass(frozen=True)
class Mart:
    """A mart as its section shows it."""

    folder: str
    name: str
    grain: str
    description: str
    metrics: Sequence[str]
    columns: Sequence[Column]


def table() -> str:
    """The table of marts with the grain of each, for `docs/bi.md`."""
    return render("marts_table.md.j2", marts=_marts())


def page() -> str:
    """The page's text."""
    return render(
        "marts.md.j2", folders=project.MARTS, marts=_marts(), made_tables=list(tables().values())
    )


def _marts() -> list[Mart]:
    return [
        Mart(
            folder=model["folder"],
            name=model["name"],
            grain=project.grain(model),
            description=project.description(model),
            metrics=sorted(m["name"] for m in model.get("metrics") or () if not m.get("hidden")),
            columns=[_column(column) for column in model["columns"]],
        )
        for model in project.models()
    ]


def _column(column: project.Yaml) -> Column:
    return Column(
        column["name"], project.type_of(column), _role(column), project.description(column)
    )


def _role(column: project.Yaml) -> str:
    """What a column is to a metric: a key, a dimension under its own name, a time."""
    part = column.get("entity") or column.get("dimension")
    if not part:
        return ""
    name = part.get("name", column["name"])
    role = _ROLES[part["type"]].format(name=name)
    return role if "entity" in column or name == column["name"] else f"{role} `{name}`"
