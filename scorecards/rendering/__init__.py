"""A scorecard and alerts made readable: tables for people, CSV for spreadsheets, JSON for programs.

Only tables round, colour and translate. Choosing rows belongs to `views`.
"""

from __future__ import annotations

from scorecards.rendering.alerts import alerts_table
from scorecards.rendering.documents import (
    alerts_csv,
    alerts_json,
    scorecard_csv,
    scorecard_json,
)
from scorecards.rendering.scorecard import scorecard_table

__all__ = [
    "alerts_csv",
    "alerts_json",
    "alerts_table",
    "scorecard_csv",
    "scorecard_json",
    "scorecard_table",
]
