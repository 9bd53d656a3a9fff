"""The walk of docs/dev/add-a-command.md: a command is a function and its test, and nothing else names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.contributor_walk import copy_checkout, run_python, write_examples

COMMAND = Path("orchestration/cli/loads.py")
TEST = Path("tests/unit/cli/test_loads.py")

PROBE = """
import sys
from orchestration.cli import main
from scripts.docs.command_line import page
print(page())
sys.argv = ["embudo", "--help"]
main()
"""


@pytest.mark.slow
def test_a_command_is_added_with_two_files(tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path)
    assert write_examples("add-a-command.md", into=checkout) == [COMMAND, TEST]
    run_python(checkout, "-m", "pytest", "-q", str(TEST), "tests/unit/cli/test_app.py")
    printed = run_python(checkout, "-c", PROBE)
    assert "## loads" in printed and "| `--limit` | `20` | Maximum number of loads. |" in printed
    assert "List the newest loads." in printed.partition("Usage: ")[2]
