"""`embudo quarantine`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.cli.conftest import CommandLine


def test_rows_with_file_line_and_reason(embudo: CommandLine, options: tuple[str, ...]) -> None:
    rows = json.loads(embudo("quarantine", "--format", "json", *options).stdout)
    assert [(row["file"], row["line"]) for row in rows] == [
        ("orders_0000.csv", 5), ("orders_0001.csv", 5),
    ]  # fmt: skip
    assert "raw" not in rows[0]
    (row,) = json.loads(
        embudo("quarantine", "--raw", "--limit", "1", "--format", "json", *options).stdout
    )
    assert row["raw"].startswith("broken,")
    printed = embudo("quarantine", "--limit", "1", *options).stdout
    assert "2 row(s) in quarantine" in printed and "These are the first 1" in printed


def test_rows_are_written_out_to_be_fixed(
    embudo: CommandLine, options: tuple[str, ...], tmp_path: Path
) -> None:
    embudo("quarantine", "--export", str(tmp_path / "fix"), *options)
    written = sorted((tmp_path / "fix").iterdir())
    assert len(written) == 2
    assert written[0].read_text(encoding="utf-8").splitlines()[0] == "id,account,at,status"
    refused = embudo(
        "quarantine", "--export", str(tmp_path), "--stream", "calls", *options, expect=3
    )
    assert "calls" in refused.stderr


def test_nothing_is_in_quarantine(embudo: CommandLine, tmp_path: Path) -> None:
    home = ("--home", str(tmp_path / "empty"))
    assert "Nothing is in quarantine." in embudo("quarantine", *home).stdout


def test_rows_of_a_source_or_stream_are_counted_alone(
    embudo: CommandLine, options: tuple[str, ...]
) -> None:
    printed = embudo("quarantine", "--stream", "orders", "--limit", "1", *options).stdout
    assert "2 row(s) in quarantine" in printed
    for choice in (("--source", "nope"), ("--stream", "calls")):
        printed = embudo("quarantine", *choice, *options).stdout
        assert f"Nothing of {choice[1]} is in quarantine" in printed
        assert "rows of other streams are: shop.orders (2)." in printed
