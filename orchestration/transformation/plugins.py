"""Gives dbt's DuckDB connections the privacy key, as variables, so that it is in no SQL or artifact.

dbt-duckdb loads it by the name in `profiles.yml`. What is hashed belongs to `models/` and the macro
`keyed_hash`.
"""

from __future__ import annotations

from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin

from orchestration.privacy.hash_key import PrivacyKey


class Plugin(BasePlugin):  # type: ignore[misc]
    """Variables belong to a session, and each of dbt's threads has a cursor, a session of its own."""

    def configure_cursor(self, cursor: Any) -> None:
        """Register the key of the environment; without one the variables, and the hashes, are null."""
        key = PrivacyKey.from_environment()
        if key is not None:
            key.register(cursor)
