"""A query as its caller writes it, before any name in it was looked up.

Nothing here reads a release: names are resolved in `names`, filters are checked in `filters`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from orchestration.core.errors import QueryInvalid
from semantic_layer.records import METRIC_TIME, QUERY_GRAINS, QueryGrain

MAX_TEXT = 20_000
"""Characters of all the texts of a request together."""


@dataclass(frozen=True, kw_only=True)
class QueryRequest:
    """Metrics by dimensions.

    `group_by`: MetricFlow's names (`rep__team`, `metric_time`, `metric_time__month`). `grain`: of
    `metric_time`, which is added where it is missing. `where`: filters, all of which must hold,
    over dimension names or MetricFlow templates. `order`: names of the query, `-` before a name for
    descending; without it rows come in the order of the group-by columns. Without metrics the
    answer is the distinct values of the group-by columns.
    """

    metrics: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    grain: QueryGrain | None = None
    where: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    limit: int | None = None
    offset: int = 0

    def __post_init__(self) -> None:
        if any(not text.strip() for text in self.where):
            raise QueryInvalid(
                "A filter is empty: it would let every row through. Expected a condition like "
                "\"metric_time >= '2026-01-01'\"; leave --where out where nothing is filtered."
            )
        for name in ("metrics", "group_by", "where", "order"):
            value = getattr(self, name)
            texts = (value,) if isinstance(value, str) else tuple(value)
            kept = [text.strip() for text in texts if text and text.strip()]
            object.__setattr__(self, name, tuple(dict.fromkeys(kept)))
        if self.grain is not None:
            object.__setattr__(self, "grain", _grain(self.grain))
        if not self.metrics and not self.group_by and self.grain is None:
            raise QueryInvalid(
                "The query names no metric. `embudo metrics` lists them; example: "
                "`embudo query revenue --by rep__team --grain month`."
            )
        for name, number in (("limit", self.limit), ("offset", self.offset)):
            if number is not None and (isinstance(number, bool) or number < 0):
                raise QueryInvalid(f"`{name}` is {number}; it must be 0 or more.")
        texts = (*self.metrics, *self.group_by, *self.where, *self.order)
        if sum(map(len, texts)) > MAX_TEXT:
            raise QueryInvalid(f"The query is longer than {MAX_TEXT:,} characters; shorten it.")

    @classmethod
    def from_text(
        cls,
        metrics: str,
        *,
        by: str = "",
        grain: str | None = None,
        where: str | Iterable[str] = (),
        order: str = "",
        limit: int | None = None,
        offset: int = 0,
    ) -> QueryRequest:
        """A request from the comma-separated texts of a command line or an address."""
        return cls(
            metrics=_names(metrics),
            group_by=_names(by),
            grain=_grain(grain) if grain else None,
            where=((where,) if where else ()) if isinstance(where, str) else tuple(where),
            order=_names(order),
            limit=limit,
            offset=offset,
        )

    def narrowed(
        self, *, where: Iterable[str] = (), order: str = "", limit: int | None = None
    ) -> QueryRequest:
        """The same request with more filters, and another order or limit where those are passed."""
        return replace(
            self,
            where=(*self.where, *where),
            order=_names(order) or self.order,
            limit=self.limit if limit is None else limit,
        )


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _grain(text: str) -> QueryGrain:
    grain = text.strip().lower()
    if grain not in QUERY_GRAINS:
        allowed = ", ".join(QUERY_GRAINS)
        raise QueryInvalid(f"There is no grain `{text}` for `{METRIC_TIME}`. Allowed: {allowed}.")
    return grain
