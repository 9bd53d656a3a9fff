"""Which folders of the dbt project hold the marts.

dbt builds all models in one step between gates 1 and 3, each after those it reads and only when their tests
passed: that is gate 2.
"""

from __future__ import annotations

MART_FOLDERS = ("core", "activity", "funnel", "customer", "performance")
