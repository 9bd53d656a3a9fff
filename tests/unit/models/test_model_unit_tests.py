"""Unit tests of models: they state the business thresholds that their figures depend on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from orchestration.settings import Settings
from tests.conftest import ROOT

_VAR = re.compile(r"""\bvar\(\s*['"](\w+)['"]""")
_MACRO = re.compile(r"macro\s+(\w+)\(.*?endmacro", re.S)


def business_vars() -> set[str]:
    """Vars of dbt_project.yml that analysts edit; those that embudo.yml sets are left out."""
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))
    return set(project["vars"]) - set(Settings(config_file=ROOT / "embudo.yml").dbt_vars())


def vars_of(sql: str, macros: dict[str, set[str]]) -> set[str]:
    """Vars that a model reads, itself or by a macro that it calls."""
    by_macro = (names for macro, names in macros.items() if re.search(rf"\b{macro}\s*\(", sql))
    return set(_VAR.findall(sql)).union(*by_macro)


def unit_tests() -> Iterator[dict[str, Any]]:
    for path in (ROOT / "models").rglob("*.yml"):
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
        yield from content.get("unit_tests") or ()


def test_a_changed_threshold_breaks_no_unit_test() -> None:
    """The contributor guide changes one as its example: the unit test beside the model failed."""
    macros = {
        match[1]: set(_VAR.findall(match[0]))
        for path in (ROOT / "dbt_project" / "macros").rglob("*.sql")
        for match in _MACRO.finditer(path.read_text(encoding="utf-8"))
    }
    models = {
        path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "models").rglob("*.sql")
    }
    missing = {}
    for test in unit_tests():
        stated = set((test.get("overrides") or {}).get("vars") or {})
        needed = vars_of(models[test["model"]], macros) & business_vars()
        if needed - stated:
            missing[test["name"]] = sorted(needed - stated)
    assert missing == {}


def test_vars_are_found_in_models_and_in_their_macros() -> None:
    macros = {"is_short": {"short_seconds"}, "other": {"unused"}}
    sql = "where {{ is_short('x') }} or y > {{ var('long_seconds') }} and another(1)"
    assert vars_of(sql, macros) == {"short_seconds", "long_seconds"}
