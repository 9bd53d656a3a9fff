"""`docs/streams.md`: every stream of the contract, its columns, keys and rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from scripts.docs import project
from scripts.docs.markdown import codes, plain, render

_AREAS = {
    "crm": "CRM",
    "call_center": "Call center",
    "email": "Email campaigns",
    "marketing": "Social, marketing, surveys, costs, targets",
}


@dataclass(frozen=True)
class Column:
    """A column of a stream as its table shows it."""

    name: str
    type: str
    required: bool
    text: str


@dataclass(frozen=True)
class Stream:
    """A stream as its section shows it."""

    name: str
    area: str
    description: str
    facts: str
    rules: Sequence[str]
    columns: Sequence[Column]


def page() -> str:
    """The page's text."""
    streams = [_stream(table) for table in project.streams()]
    areas = list(_AREAS) + sorted({stream.area for stream in streams} - set(_AREAS))
    streams.sort(key=lambda stream: areas.index(stream.area))
    by_area = {
        _AREAS.get(area, area.replace("_", " ").capitalize()): list(members)
        for area, members in groupby(streams, lambda stream: stream.area)
    }
    return render("streams.md.j2", areas=by_area, streams=streams)


def _stream(table: project.Yaml) -> Stream:
    meta = project.meta(table)
    facts = [f"Key: {codes(meta['keys'])}"]
    if meta.get("newest_by"):
        facts.append(f"newest by `{meta['newest_by']}`")
    if meta.get("business_times"):
        facts.append(f"moves data-as-of: {codes(meta['business_times'])}")
    rules = [plain(rule["expected"]) for rule in meta.get("rules", ())]
    if meta.get("in_order"):
        rules.insert(0, f"none of {codes(meta['in_order'])} is before one named in front of it")
    return Stream(
        name=table["name"],
        area=meta["area"],
        description=project.description(table),
        facts="; ".join(facts) + ".",
        rules=rules,
        columns=[
            _column(column) for column in table["columns"] if not column["name"].startswith("_")
        ],
    )


def _column(column: project.Yaml) -> Column:
    meta = project.meta(column)
    text = project.description(column)
    if meta.get("accepted_values"):
        text += f" One of {codes(str(value) for value in meta['accepted_values'])}."
    if meta.get("minimum") is not None:
        text += f" At least {meta['minimum']}."
    if meta.get("words"):
        text += f" Known words: {codes(str(value) for value in meta['words'])}."
    if meta.get("words_in"):
        text += f" Known words: seed `{meta['words_in'].partition('.')[0]}`."
    if target := meta.get("key_of") or meta.get("refers_to"):
        text += f" Key of {target}."
    return Column(column["name"], project.type_of(column), bool(meta.get("required")), text)
