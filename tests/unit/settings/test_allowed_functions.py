"""The functions of mappings: DuckDB has each of them, and each follows from its arguments alone."""

from __future__ import annotations

import duckdb

from orchestration.core.duckdb_session import MACROS
from orchestration.settings.allowed_functions import ALLOWED_FUNCTIONS

_SYNTAX = {"coalesce", "ifnull", "map"}
"""Written as functions, and none in DuckDB's list of them, or with a signature of its own."""


def test_each_is_scalar_and_decided_by_its_arguments() -> None:
    with duckdb.connect() as connection:
        for macro in MACROS:
            connection.execute(macro)
        known = {
            name: (set(kinds), set(stabilities))
            for name, kinds, stabilities in connection.execute(
                "select function_name, list(function_type), list(coalesce(stability, 'CONSISTENT')) "
                "from duckdb_functions() group by all"
            ).fetchall()
        }
    assert sorted(ALLOWED_FUNCTIONS - set(known) - _SYNTAX) == []
    for name in sorted(ALLOWED_FUNCTIONS & set(known)):
        kinds, stabilities = known[name]
        assert kinds & {"scalar", "macro"}, name
        assert stabilities == {"CONSISTENT"}, name
