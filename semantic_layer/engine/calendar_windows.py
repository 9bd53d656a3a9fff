"""Windows of months that hold whole months at the end of one.

MetricFlow counts a window of 12 months back from its last day: to 28 February 2025 that is from 29 February 2024,
a thirteenth month's day. A window that ends with a month begins with one.
"""

from __future__ import annotations

import re

_BEGINNING = re.compile(
    r"(?P<fact>\S(?:[^\n]*\S)?) > (?P<day>\w+\.\w+) - INTERVAL (?P<span>\d+ (?:month|quarter|year))\b"
)


def with_whole_months(sql: str) -> str:
    """The SQL with every window of months, quarters or years beginning on the day after such a month before."""
    return _BEGINNING.sub(
        r"\g<0> AND \g<fact> >= \g<day> + INTERVAL 1 day - INTERVAL \g<span>", sql
    )
