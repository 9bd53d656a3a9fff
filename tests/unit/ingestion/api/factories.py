"""Settings of one API, and a client that returns pages without a server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.settings import Settings

ENDPOINT = {
    "path": "deals",
    "primary_key": "id",
    "cursor": {"param": "since", "path": "at", "lag": "1d"},
    "params": {"archived": False, "limit": 50},
    "columns": {"deal_id": "id"},
}


def api_settings(*sources: str, endpoint: Mapping[str, Any] = ENDPOINT, **api: Any) -> Settings:
    """One API per name, each with one endpoint of deals."""
    fields = {
        "kind": "api",
        "base_url": "https://x.test/v1/",
        "streams": {"deals": endpoint},
        **api,
    }
    return Settings.model_validate(
        {"config_file": Path("embudo.yml"), "sources": dict.fromkeys(sources or ("crm",), fields)}
    )


@dataclass
class PageClient:
    """Stands in for `ApiClient`; an error among the pages is raised in its place."""

    answers: Sequence[list[dict[str, Any]] | Exception]
    source: str = "crm"
    requested: list[dict[str, Any]] = field(default_factory=list)

    def pages(
        self, stream: str, endpoint: object, params: Mapping[str, Any]
    ) -> Iterator[list[dict[str, Any]]]:
        self.requested.append(dict(params))
        for answer in self.answers:
            if isinstance(answer, Exception):
                raise answer
            yield answer
