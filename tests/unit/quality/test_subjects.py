"""What check functions are given."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.quality.load_profile import LoadProfile
from orchestration.quality.profiles import Profile
from orchestration.quality.subjects import LandedLoad
from tests.unit.quality.factories import declare_suite, gate_input, load


@dataclass(frozen=True)
class Node:
    unique_id: str
    status: str
    seconds: float = 0.0
    message: str = ""
    failures: int = 0


def test_a_loads_own_profile_is_found_among_those_of_its_stream() -> None:
    profiles = {"l1": LoadProfile(Profile(1)), "l2": LoadProfile(Profile(2))}
    landed = LandedLoad(load(2), before=(load(1),), profiles=profiles)
    assert landed.profile == profiles["l2"]
    assert LandedLoad(load(3), profiles=profiles).profile is None


def test_a_load_is_named_with_some_of_its_files() -> None:
    landed = LandedLoad(load(2))
    assert landed.name == "load l2 (deals_2.csv)"
    files = tuple(f"{month}.csv" for month in range(1, 5))
    many = LandedLoad(dataclasses.replace(landed.load, files=files))
    assert many.name == "load l2 (1.csv, 2.csv and 2 more)"
    assert LandedLoad(dataclasses.replace(landed.load, files=())).name == "load l2"


def test_the_last_outcome_of_a_node_counts(tmp_path: Path) -> None:
    candidate = gate_input(
        tmp_path, outcomes=[Node("a", "fail"), Node("b", "pass"), Node("a", "pass")]
    )
    outcomes = {name: node.status for name, node in candidate.last_outcomes.items()}
    assert outcomes == {"a": "pass", "b": "pass"}


def test_suites_and_databases_are_the_candidates_own(tmp_path: Path) -> None:
    candidate = gate_input(tmp_path)
    declare_suite(candidate, "core.dim_x", "key: x_key")
    assert [suite.table for suite in candidate.definitions.suites] == ["core.dim_x"]
    for path in (candidate.databases.warehouse, candidate.databases.marts):
        duckdb.connect(str(path)).close()
    with candidate.databases.open() as connection:
        assert connection.execute("select 1").fetchone() == (1,)
