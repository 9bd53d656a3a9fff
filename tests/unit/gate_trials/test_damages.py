"""Every kind of damage changes files, the same way for the same seed, and says what it did."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from tests.gate_trials.base import Base
from tests.gate_trials.damages import KINDS
from tests.gate_trials.damages.duplicates import numbered
from tests.gate_trials.damages.records import Damage, Kind
from tests.gate_trials.damages.references import unknown_key
from tests.gate_trials.known_missed import KNOWN_MISSED
from tests.gate_trials.trial import damaged

FAMILIES = {
    "duplicates", "gaps", "constants", "columns", "scales", "clocks", "references", "against", "restated",
}  # fmt: skip


def _digests(inbox: Path) -> dict[str, str]:
    return {
        path.relative_to(inbox).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(inbox.rglob("*"))
        if path.is_file()
    }


def _done(base: Base, to: Path, kind: Kind, seed: str) -> tuple[Damage, dict[str, str]]:
    delivery = base.copy(to)
    done, _ = damaged(kind, delivery, seed=seed)
    return done, _digests(delivery.inbox)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_damage_changes_files_by_its_seed_alone(base: Base, tmp_path: Path, kind: Kind) -> None:
    done, files = _done(base, tmp_path / "one", kind, "1")
    again, same_files = _done(base, tmp_path / "two", kind, "1")
    assert (again, same_files) == (done, files)
    assert done.rows > 0 and done.streams
    assert files != _digests(base.copy(tmp_path / "whole").inbox)


def test_there_are_enough_kinds_of_every_family() -> None:
    assert len(KINDS) >= 84
    assert max(Counter(kind.name for kind in KINDS).values()) == 1
    assert {kind.family for kind in KINDS} == FAMILIES


def test_only_kinds_that_there_are_are_known_to_be_missed() -> None:
    assert set(KNOWN_MISSED) < {kind.name for kind in KINDS}


def test_most_damages_are_certainly_wrong() -> None:
    stops = [kind for kind in KINDS if kind.expected == "stops"]
    assert 0.6 * len(KINDS) < len(stops) < len(KINDS)


@pytest.mark.parametrize(
    ("key", "other"), [("O0004346", "O5004346"), ("ACT00009366", "ACT50009366"), ("x", "x9")]
)
def test_other_ids_have_the_same_form(key: str, other: str) -> None:
    assert numbered(key) == other


@pytest.mark.parametrize(("key", "other"), [("U0007", "U9999"), ("2012", "9999")])
def test_keys_that_match_nothing_have_the_same_form(key: str, other: str) -> None:
    assert unknown_key(key) == other
