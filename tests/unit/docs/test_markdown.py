"""Markdown that people read in a terminal or a diff: no line is longer than 120 characters."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.docs.markdown import WIDTH, wrap
from tests.unit.docs.test_pages import PAGES, ROOT


def too_long(text: str) -> list[str]:
    """Lines over the width that could be broken: not tables, code blocks, or a single long word."""
    prose = re.sub(r"```.*?```", "", text, flags=re.S)
    return [
        line
        for line in prose.splitlines()
        if len(line) > WIDTH and not line.startswith("|") and " " in line.strip()
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_prose_is_wrapped(page: Path) -> None:
    assert too_long(page.read_text(encoding="utf-8")) == []


def test_long_lines_are_found_and_tables_left_alone() -> None:
    long = "word " * 30
    assert too_long(f"short\n{long}\n| {long}|\n```\n{long}\n```\n") == [long]


def test_wrapping_keeps_every_word_and_indents_what_follows() -> None:
    text = "- " + " ".join(f"word{n}" for n in range(60))
    lines = wrap(text, 2).splitlines()
    assert " ".join(line.strip() for line in lines) == text
    assert all(len(line) <= WIDTH for line in lines)
    assert all(line.startswith("  word") for line in lines[1:])
