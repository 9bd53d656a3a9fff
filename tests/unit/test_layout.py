"""The test of a module is found by its name: `tests/unit/<package>/test_<module>.py`."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

ELSEWHERE = {
    # Parsing the dbt project and planning every metric takes half a minute.
    "orchestration/refresh/cache_warming.py": "tests/integration/test_cache_warming.py",
}
"""Modules whose test cannot be a unit test, and where it is."""


def module_test(module: Path) -> Path:
    """Where the test of a module stands; that of a package's `__init__` beside the folder of its modules' tests."""
    folder = module.parent
    if folder.parts[0] == "orchestration":
        folder = folder.relative_to("orchestration")
    if module.stem == "__init__":
        return Path("tests/unit", folder.parent, f"test_{folder.name}.py")
    return Path("tests/unit", folder, f"test_{module.stem.strip('_')}.py")


def has_behaviour(module: Path) -> bool:
    """Whether a module has a function of its own; constants, names and plain records need no test."""
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    bodies = [tree.body, *(cls.body for cls in classes if not _is_protocol(cls))]
    return any(isinstance(node, ast.FunctionDef) for body in bodies for node in body)


def _is_protocol(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)


MODULES = sorted(
    str(path.relative_to(ROOT))
    for package in ("orchestration", "semantic_layer", "scorecards", "serving", "sandbox")
    for path in (ROOT / package).rglob("*.py")
    if has_behaviour(path.relative_to(ROOT))
)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_its_test_under_its_name(module: str) -> None:
    expected = ELSEWHERE.get(module, str(module_test(Path(module))))
    assert (ROOT / expected).is_file(), f"{module} needs {expected}"


def test_only_modules_that_exist_are_tested_elsewhere() -> None:
    assert set(ELSEWHERE) <= set(MODULES)
    assert [name for name in ELSEWHERE if (ROOT / module_test(Path(name))).exists()] == []


@pytest.mark.parametrize(
    ("module", "test"),
    [
        ("orchestration/schedules.py", "tests/unit/test_schedules.py"),
        ("orchestration/quality/checks/row_counts.py", "tests/unit/quality/checks/test_row_counts.py"),
        ("orchestration/operations/doctor/__init__.py", "tests/unit/operations/test_doctor.py"),
        ("semantic_layer/names.py", "tests/unit/semantic_layer/test_names.py"),
        ("sandbox/__main__.py", "tests/unit/sandbox/test_main.py"),
    ],
)  # fmt: skip
def test_names_of_tests(module: str, test: str) -> None:
    assert module_test(Path(module)) == Path(test)
