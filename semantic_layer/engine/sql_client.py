"""The SQL client that MetricFlow plans with: DuckDB's dialect, and no connection."""

from __future__ import annotations

from typing import Any


class PlanningClient:
    """A SQL client of MetricFlow's protocol that gives it DuckDB's dialect and runs nothing."""

    def __init__(self) -> None:
        from metricflow.protocols.sql_client import SqlEngine
        from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer

        self.sql_engine_type = SqlEngine.DUCKDB
        self.sql_plan_renderer = DuckDbSqlPlanRenderer()

    def query(self, stmt: str, sql_bind_parameter_set: object = None) -> Any:
        """Refuses: SQL is run on the release, read-only."""
        raise AssertionError("the semantic layer's engine plans and does not query")

    def execute(self, stmt: str, sql_bind_parameter_set: object = None) -> None:
        """Refuses, as `query` does."""
        raise AssertionError("the semantic layer's engine plans and does not execute")

    def dry_run(self, stmt: str, sql_bind_parameter_set: object = None) -> None:
        """Refuses, as `query` does."""
        raise AssertionError("the semantic layer's engine plans and does not dry-run")

    def close(self) -> None:
        """Nothing is open."""

    def render_bind_parameter_key(self, bind_parameter_key: str) -> str:
        """DuckDB's way to name a parameter."""
        return f"${bind_parameter_key}"
