"""The walk of docs/dev/add-a-check.md: a new check is a function and its test, and nothing else names it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.contributor_walk import copy_checkout, run_python, write_examples

CHECK = Path("orchestration/quality/checks/share_of_unknown_reps.py")
TEST = Path("tests/unit/quality/checks/test_share_of_unknown_reps.py")

PROBE = """
import json
from dataclasses import replace
from pathlib import Path
from orchestration.quality import required_checks, run_gate, write_receipt
from orchestration.core.errors import GateFailed
from scripts.docs.checks import page
from tests.unit.quality.factories import gate_input

required = required_checks({"nodes": {}}, metrics=())
report = run_gate(gate_input(Path("scratch")))
# a refusal names some checks only, and without databases none could run
report = replace(report, checks=[check for check in report.checks if check.name == "unknown_reps"])
try:
    write_receipt(Path("."), report, ["unknown_reps"], {"marts.duckdb": "0"})
    refused = ""
except GateFailed as error:
    refused = str(error)
print(json.dumps({"required": required, "page": page(), "refused": refused}))
"""


CATALOGUE = """
from orchestration.settings.check_catalogue import CATALOGUE
from scripts.docs import check_catalogue

CATALOGUE.write_text(check_catalogue.text())
"""
"""The part of `make docs` that settings read."""


@pytest.mark.slow
def test_a_check_is_added_with_two_files(tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path)
    assert write_examples("add-a-check.md", into=checkout) == [CHECK, TEST]
    run_python(checkout, "-c", CATALOGUE)
    run_python(checkout, "-m", "pytest", "-q", str(TEST), "tests/unit/quality/test_registry.py")
    probe = json.loads(run_python(checkout, "-c", PROBE).splitlines()[-1])
    assert probe["required"]["unknown_reps"] == "fct_deals"
    assert "| `unknown_reps` | fct_deals |" in probe["page"]
    assert "`unknown_reps_share` 0.1" in probe["page"]
    # without databases it could not run, which counts as failed: the receipt is refused by its name
    assert "unknown_reps on fct_deals: expected a check that runs" in probe["refused"]
