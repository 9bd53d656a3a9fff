"""Ways of paging through an API, as dlt's paginators."""

from __future__ import annotations

from typing import Any

from dlt.sources.helpers.rest_client import paginators as dlt_pages
from requests import Response

from orchestration.settings.api_models import PaginationSpec


def page_size(spec: PaginationSpec) -> dict[str, int]:
    """The parameter for the size of a page, where the settings state a size."""
    if spec.limit is None or spec.limit_param is None:
        return {}
    return {spec.limit_param: spec.limit}


def paginator(spec: PaginationSpec) -> dlt_pages.BasePaginator:
    """The paginator of a way of paging."""
    if spec.kind == "json_link":
        return _JsonLink(next_url_path=spec.next)
    if spec.kind == "header_link":
        return dlt_pages.HeaderLinkPaginator(links_next_key=spec.next or "next")
    if spec.kind == "offset":
        return dlt_pages.OffsetPaginator(
            limit=spec.limit,
            offset_param=spec.param or "offset",
            limit_param=spec.limit_param or "limit",
            total_path=spec.total,
            has_more_path=spec.has_more,
        )
    if spec.kind == "page_number":
        return dlt_pages.PageNumberPaginator(
            base_page=spec.first,
            page_param=spec.param or "page",
            total_path=spec.total,
            has_more_path=spec.has_more,
        )
    if spec.kind == "cursor":
        return _JsonCursor(cursor_path=spec.next, cursor_param=spec.param)
    return dlt_pages.SinglePagePaginator()


class _EmptyEnds:
    """An empty reference to the next page means there is none; dlt would request the address ''."""

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        """Take the reference to the next page from a response."""
        super().update_state(response, data)  # type: ignore[misc]
        self._next_reference: Any = self._next_reference or None


class _JsonLink(_EmptyEnds, dlt_pages.JSONLinkPaginator):  # type: ignore[misc]
    """The next link is in the response."""


class _JsonCursor(_EmptyEnds, dlt_pages.JSONResponseCursorPaginator):  # type: ignore[misc]
    """The next cursor is in the response."""


def named_paths(spec: PaginationSpec) -> str:
    """What `pagination` names in a response, and the advice to change it."""
    named = [name for name in (spec.next, spec.has_more, spec.total) if name]
    return f"{', '.join(named) or spec.kind}. Change `pagination`."
