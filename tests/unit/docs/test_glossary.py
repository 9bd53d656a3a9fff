"""The words of docs/dev/glossary.md: what a text search can find of the left-hand column is nowhere."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from scripts.docs.project import ROOT

TERMS = {
    r"\b(?:one|a) (?:row|line) an? \w": "one row per …, one line per …",
    r"\bheld against\b": "checked against, compared with",
    r"\bsets? aside\b|\bsetting aside\b": "reject a file, quarantine a load",
    r"\banew\b": "re-read, rebuilt, again",
    r"\bmend(?:s|ed|ing)?\b": "fix, repair; resolved",
    r"(?<!\bby\s)\bhand(?:s|ed|ing)? (?:over|on)\b": "pass, return",
    r"\bunless said\b": "default: …",
    r"\bwhereabouts\b": "scope attributes",
    r"\bNoRoom\b": "ResourceExhausted",
    r"\bask_apis\b": "fetch",
    r"\bsay it again\b": "can be repeated",
}
NOT_SEARCHED = ("docs/dev/glossary.md", "tests/unit/docs/test_glossary.py", "requirements.lock")


def tracked_files() -> list[Path]:
    """The text files of the checkout that git knows, without those that must name the old words."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    names = [name for name in listed.stdout.split("\0") if name and name not in NOT_SEARCHED]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def uses(pattern: str, text: str) -> list[str]:
    """The lines of the text that use a term, also where a line break splits it."""
    words = re.compile(pattern.replace(" ", r"\s+(?:(?:#|--|\*)\s+)?"), re.I)
    return [
        f"line {text.count(chr(10), 0, match.start()) + 1}: {match.group()!r}"
        for match in words.finditer(text)
    ]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    by_file = {}
    for path in tracked_files():
        try:
            by_file[str(path.relative_to(ROOT))] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return by_file


@pytest.mark.parametrize(("term", "better"), TERMS.items(), ids=lambda value: str(value)[:30])
def test_a_term_is_used_nowhere(texts: dict[str, str], term: str, better: str) -> None:
    matches = [f"{file} {use}" for file, text in texts.items() for use in uses(term, text)]
    assert matches == [], f"write {better}"


def test_a_term_is_found_across_lines_and_in_comments() -> None:
    assert uses(r"\bheld against\b", "it is held\n    # against the ledger") == [
        "line 1: 'held\\n    # against'"
    ]
    assert uses(r"(?<!\bby\s)\bhand(?:s|ed|ing)? (?:over|on)\b", "SQL by hand over raw files") == []
