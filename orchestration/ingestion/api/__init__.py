"""APIs: asked with dlt, what they answer kept as JSON lines for landing to read like any dropped file.

Landing, mapping and the contract belong to the rest of `ingestion`: there is one way from raw rows.
"""

from __future__ import annotations

from orchestration.ingestion.api.fetch import Ask, fetch_apis, planned_requests

__all__ = ["Ask", "fetch_apis", "planned_requests"]
