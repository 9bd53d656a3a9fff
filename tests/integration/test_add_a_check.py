"""The walk of docs/dev/add-a-check.md: a new check is a function and its test, and nothing else names it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

CHECK = Path("orchestration/quality/checks/share_of_unknown_reps.py")
TEST = Path("tests/unit/quality/checks/test_share_of_unknown_reps.py")

TEST_TEXT = '''"""Gate 3: too many deals without a known rep fail."""

from pathlib import Path

import pytest

from tests.unit.quality.company import make_company
from tests.unit.quality.factories import gate_input, results


@pytest.mark.parametrize(("unknown", "outcome"), [(5, "pass"), (6, "fail")])
def test_more_than_a_tenth_fails(tmp_path: Path, unknown: int, outcome: str) -> None:
    make_company(
        tmp_path,
        changed="alter table funnel.fct_deals add column rep_version_key varchar;"
        "update funnel.fct_deals set rep_version_key = 'r' "
        f"where split_part(deal_key, ':', 2)::int > {unknown};",
    )
    (check,) = results("unknown_reps", gate_input(tmp_path))
    assert (check.outcome, check.subject) == (outcome, "fct_deals")
'''

PROBE = """
import json
from pathlib import Path
from orchestration.quality import required_checks, run_gate, write_receipt
from orchestration.core.errors import GateFailed
from scripts.docs.checks import page
from tests.unit.quality.factories import gate_input

required = required_checks({"nodes": {}}, metrics=())
report = run_gate(gate_input(Path("scratch")))
try:
    write_receipt(Path("."), report, ["unknown_reps"], {"marts.duckdb": "0"})
    refused = ""
except GateFailed as error:
    refused = str(error)
print(json.dumps({"required": required, "page": page(), "refused": refused}))
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what a contributor of a check works in."""
    for name in ("orchestration", "scripts", "models", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("semantic_layer", "scorecards", "sandbox", "docs", "seeds", "dbt_project"):
        (tmp_path / name).symlink_to(ROOT / name)
    for name in ("pyproject.toml", "dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def _python(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=checkout,
        capture_output=True,
        text=True,
        env={"PATH": "", "PYTHONPATH": str(checkout), "HOME": str(checkout)},
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done


@pytest.mark.slow
def test_a_check_is_added_with_two_files(checkout: Path) -> None:
    page = (ROOT / "docs" / "dev" / "add-a-check.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n# (\S+)\n(.*?)```", page, re.S)
    assert example[0] == str(CHECK)
    (checkout / CHECK).write_text(example[1], encoding="utf-8")
    (checkout / TEST).write_text(TEST_TEXT, encoding="utf-8")

    _python(checkout, "-m", "pytest", "-q", str(TEST), "tests/unit/quality/test_registry.py")
    probe = json.loads(_python(checkout, "-c", PROBE).stdout.splitlines()[-1])
    assert probe["required"]["unknown_reps"] == "fct_deals"
    assert "| `unknown_reps` | fct_deals |" in probe["page"]
    assert "`unknown_reps_share` 0.1" in probe["page"]
    # without databases it could not run, which counts as failed: the receipt is refused by its name
    assert "unknown_reps on fct_deals: expected a check that runs" in probe["refused"]
