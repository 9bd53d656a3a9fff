"""Paths that a selection's `files` name, whether they are still in the inbox or not."""

from __future__ import annotations

import pytest

from orchestration.ingestion.file_patterns import is_matched


@pytest.mark.parametrize(
    ("path", "patterns", "matched"),
    [
        ("orders.csv", ["orders.csv"], True),
        ("orders.csv", ["order?.csv"], True),
        ("2026/orders.csv", ["*.csv"], False),
        ("2026/orders.csv", ["*/*.csv"], True),
        ("orders.csv", ["**/orders.csv"], True),
        ("a/b/orders.csv", ["**/orders.csv"], True),
        ("orders_3.csv", ["orders_[12].csv", "orders_[34].csv"], True),
        ("orders+1.csv", ["orders+1.csv"], True),
        ("ordersxcsv", ["orders.csv"], False),
        ("orders.csv", [], False),
    ],
)
def test_a_path_is_matched_as_a_glob_would(path: str, patterns: list[str], matched: bool) -> None:
    assert is_matched(path, patterns) is matched


def test_a_set_may_be_of_other_characters() -> None:
    assert is_matched("a.csv", ["[!o]*.csv"])
    assert not is_matched("old.csv", ["[!o]*.csv"])
    assert is_matched("old.csv", ["[op]*.csv"])
