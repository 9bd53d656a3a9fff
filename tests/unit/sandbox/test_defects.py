"""Broken lines of the exports."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import Truth


def test_broken_lines_are_where_the_truth_has_them(company_folder: Path, truth: Truth) -> None:
    for line in truth.quarantine:
        path = company_folder / "inbox" / line.file
        if path.suffix == ".csv" and line.reason == "impossible_date":
            lines = path.read_bytes().splitlines()
            assert b"31/02/2026" in lines[line.line - 1] or b"2026-02-31" in lines[line.line - 1], (
                line
            )
        if line.reason == "bad_bytes":
            with pytest.raises(UnicodeDecodeError):
                path.read_bytes().splitlines()[line.line - 1].decode()
