"""APIs fetched with dlt, their records stored as JSON lines for landing to read like any dropped file.

Landing, mapping and the contract belong to the rest of `ingestion`: there is one path from raw rows.
"""

from __future__ import annotations

from orchestration.ingestion.api.fetch import PlannedRequest, fetch_apis, planned_requests

__all__ = ["PlannedRequest", "fetch_apis", "planned_requests"]
