"""Queries planned by MetricFlow, which nothing outside this package may use."""

from __future__ import annotations

from semantic_layer.engine.planner import Engine

__all__ = ["Engine"]
