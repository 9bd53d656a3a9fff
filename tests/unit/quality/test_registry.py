"""The registry: every check is one tested function, and settings, policies and docs agree with it."""

from __future__ import annotations

import inspect

import pytest

from orchestration.quality.limits import Limit, arguments
from orchestration.quality.outcomes import Finding, could_not_run
from orchestration.quality.registry import all_checks, check, check_rows, default_limits
from orchestration.settings import BreachSpec, Limits, SourceLimits
from tests.conftest import ROOT

CHECKS = all_checks()
NOT_RUN = could_not_run(expected="a check that runs", reason="it raised")


@pytest.mark.parametrize("module", sorted({c.function.__module__ for c in CHECKS}))
def test_every_module_of_checks_has_its_test(module: str) -> None:
    name = module.rsplit(".", 1)[1]
    path = ROOT / "tests" / "unit" / "quality" / "checks" / f"test_{name}.py"
    assert path.is_file(), f"{module} needs {path.relative_to(ROOT)}"


@pytest.mark.parametrize("entry", CHECKS, ids=lambda entry: entry.name)
def test_every_check_is_documented_and_its_limits_have_defaults(entry) -> None:  # type: ignore[no-untyped-def]
    assert entry.summary.endswith(".")
    assert entry.remedy.endswith("."), "what should somebody do about it?"
    assert all(limit.default is not inspect.Parameter.empty for limit in entry.limits)


@pytest.mark.parametrize("entry", CHECKS, ids=lambda entry: entry.name)
def test_what_does_not_pass_says_what_to_do(entry) -> None:  # type: ignore[no-untyped-def]
    for finding in (Finding(passed=False, observed="3", expected="0"), NOT_RUN):
        assert entry.result(finding).remedy == entry.remedy
    own = Finding(passed=False, observed="3", expected="0", remedy="Its own.")
    assert entry.result(own).remedy == "Its own."


def test_limits_of_embudo_yml_are_limits_of_checks() -> None:
    assert set(Limits.model_fields) == set(default_limits())
    of_loads = {limit.name for entry in CHECKS if entry.gate == 1 for limit in entry.limits}
    assert set(SourceLimits.model_fields) == of_loads


def test_every_parameter_of_every_check_can_be_set() -> None:
    """Whatever embudo.yml says of a limit reaches the parameter, or its field."""
    for entry in CHECKS:
        for limit in entry.limits:
            value = limit.about.high if limit.default != limit.about.high else limit.about.low
            value = 7 if value is None else value
            value = (not limit.default) if isinstance(limit.default, bool) else value
            Limits.model_validate({limit.name: value})
            own = arguments(entry.function, {limit.name: value})
            assert list(own) == [limit.parameter]
            actual = own[limit.parameter]
            assert (getattr(actual, limit.field) if limit.field else actual) == value


def test_limits_of_the_same_name_are_the_same() -> None:
    known: dict[str, Limit] = {}
    for limit in (limit for entry in CHECKS for limit in entry.limits):
        assert known.setdefault(limit.name, limit).default == limit.default


@pytest.mark.parametrize("entry", CHECKS, ids=lambda entry: entry.name)
def test_every_limit_says_what_it_means(entry) -> None:  # type: ignore[no-untyped-def]
    assert [limit.name for limit in entry.limits if not limit.about.text] == []


def test_policies_of_embudo_yml_are_those_of_gate_1() -> None:
    # what is required stops; a stream that left embudo.yml has no settings
    fixed = {"loads.required_streams", "loads.removed_streams"}
    of_sources = {c.name for c in CHECKS if c.gate == 1} - fixed
    assert {f"loads.{name}" for name in BreachSpec.model_fields} == of_sources


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match=r"Two checks are called loads\.volume"):

        @check(gate=1, name="loads.volume", on="each new load", per="load")
        def other(landed: object) -> Finding:
            raise AssertionError


def test_every_check_is_a_row_of_the_docs() -> None:
    assert [row.name for row in check_rows()] == [entry.name for entry in CHECKS]
