"""At 80 columns and in a pipe no command loses a column or a digit."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

import orchestration.cli
from orchestration.cli.console import out
from tests.unit.cli.conftest import CommandLine

CLI = Path(orchestration.cli.__file__).parent


@pytest.mark.parametrize("module", sorted(path.name for path in CLI.glob("*.py")))
def test_every_table_of_a_command_is_one_that_fits(module: str) -> None:
    """A plain table of rich crops what does not fit; `FittedTable` has tests for every width."""
    source = (CLI / module).read_text(encoding="utf-8")
    assert "rich.table" not in source
    assert not re.search(r"overflow=.(crop|ellipsis)", source)


@pytest.mark.parametrize(
    "command",
    [("status",), ("releases",), ("quarantine",), ("quarantine", "--raw")],
)
def test_nothing_is_lost_at_80_columns(
    embudo: CommandLine,
    options: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    """The words at 80 columns are those of a pipe, in which no line is broken."""
    monkeypatch.setenv("COLUMNS", "80")
    narrow = embudo(*command, *options).stdout
    monkeypatch.delenv("COLUMNS")
    wide = embudo(*command, *options).stdout
    assert "…" not in wide
    tables = [line for line in narrow.splitlines() if "/" not in line]
    assert max(len(line) for line in tables) <= 80
    squeezed = re.sub(r"\s", "", narrow)
    for word in re.findall(r"[\w.:,@-]+", wide):
        assert all(part in squeezed for part in re.findall(r"\w+", word)), word


def test_a_pipe_has_no_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert not out.is_terminal
    assert out.width > 10_000
    monkeypatch.setenv("COLUMNS", "80")
    assert out.width == 80
    assert Console(file=io.StringIO(), width=70).width == 70
