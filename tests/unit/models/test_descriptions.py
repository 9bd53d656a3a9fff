"""Descriptions of columns add something to their names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.docs.project import ROOT, description, docs_blocks

pytestmark = pytest.mark.slow

FILLER = frozenset(re.findall(r"\w+", "a an and as at by for in is it of on or the to was"))


def tables() -> Iterator[tuple[Path, str, dict[str, Any]]]:
    """Every model, seed and source table with its file and name (sources as `source.table`)."""
    for path in sorted([*(ROOT / "models").rglob("*.yml"), *(ROOT / "seeds").glob("*.yml")]):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for node in [*content.get("models", ()), *content.get("seeds", ())]:
            yield path, node["name"], node
        for source in content.get("sources", ()):
            for table in source["tables"]:
                yield path, f"{source['name']}.{table['name']}", table


def columns() -> Iterator[tuple[str, str, str]]:
    """Every described column: its table, its name, its description as written."""
    for _, name, table in tables():
        for column in table.get("columns", ()):
            yield name, column["name"], str(column.get("description", ""))


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def only_repeats(name: str, text: str) -> bool:
    """Whether a description has two words or fewer, or no word of weight that its column's name lacks."""
    used = words(text)
    return len(used) <= 2 or set(used) <= {*words(name.replace("_", " ")), *FILLER}


def test_descriptions_say_more_than_the_name() -> None:
    empty = [
        f"{table}.{name}: {text}"
        for table, name, text in columns()
        if only_repeats(name, description({"description": text}))
    ]
    assert not empty, (
        "say the unit, the time zone, what is left out or where it comes from: " + "; ".join(empty)
    )


def test_a_repeated_description_is_a_docs_block() -> None:
    """`models/columns.md` has what three places or more share, and nothing else."""
    texts = Counter(text for _, _, text in columns() if "doc(" not in text)
    assert [text for text, count in texts.items() if count > 2] == []
    written = "".join(
        path.read_text(encoding="utf-8") for path in {path for path, _, _ in tables()}
    )
    used = Counter(re.findall(r"doc\('(\w+)'\)", written))
    assert {name for name, count in used.items() if count > 2} == set(docs_blocks())


def test_yaml_files_are_named_by_one_scheme() -> None:
    """A mart or seed has `_<its name>.yml` beside it; what a folder or area shares, `_<it>__models.yml`."""
    astray = [
        f"{path.relative_to(ROOT)}: {name}"
        for path, name, _ in tables()
        if not re.fullmatch(r"_[a-z_]+__(models|sources)\.yml", path.name)
        and path.name != f"_{name}.yml"
    ]
    assert not astray
    stages = (ROOT / "models" / "staging", ROOT / "models" / "intermediate")
    marts = {path for path, name, _ in tables() if name.startswith(("fct_", "dim_"))}
    assert all(path.name.count("__") == 0 for path in marts)
    assert not [path for path in marts if any(stage in path.parents for stage in stages)]
