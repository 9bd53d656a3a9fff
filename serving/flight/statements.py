"""Answers of query texts: metrics by dimensions, values of a dimension, and definitions as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from orchestration.core.errors import QueryInvalid
from semantic_layer.layer import SemanticLayer
from semantic_layer.records import HOUR, METRIC_TIME, Dimension
from semantic_layer.request import QueryRequest
from serving.flight.query_text import SemanticCall, read_query_text
from serving.metric_tables import answer_select
from serving.outer_query import apply_outer
from serving.query_book import StoredAnswer
from serving.service import check_size, dimension_values, saved_request, with_trust

if TYPE_CHECKING:
    import pyarrow as pa


def answer_text(layer: SemanticLayer, text: str) -> StoredAnswer:
    """The answer of a query text or a SELECT; raises `QueryInvalid` for one that cannot be read or does not fit."""
    if "{{" not in text:
        return answer_select(layer, text)
    call = read_query_text(text)
    answer = _ANSWERS[call.function](layer, call)
    table = apply_outer(answer.table, before=call.before, after=call.after)
    if table is not answer.table:
        table = table.replace_schema_metadata(answer.table.schema.metadata)
    return StoredAnswer(table=table, sql=answer.sql, trust=answer.trust)


def _query(layer: SemanticLayer, call: SemanticCall) -> StoredAnswer:
    request = query_request(layer, call)
    if call.flag("compile"):
        return _definitions(layer, {"sql": [layer.explain(request)]})
    result = layer.query(request)
    return StoredAnswer(table=with_trust(result), sql=result.sql, trust=result.trust)


def query_request(layer: SemanticLayer, call: SemanticCall) -> QueryRequest:
    """The request of a call of `query`."""
    metrics = tuple(item.name.lower() for item in call.items("metrics"))
    group_by = tuple(item.group_by for item in call.items("group_by"))
    where, limit = call.texts("where"), call.number("limit")
    order = tuple(item.order for item in call.items("order_by"))
    if saved := call.one("saved_query"):
        if metrics or group_by or call.arguments.get("grain"):
            raise QueryInvalid(
                "`saved_query` has its own metrics and dimensions: expected no `metrics`, `group_by` and "
                "`grain` beside it."
            )
        return saved_request(layer, saved, where=where, order=order, limit=limit)
    request = QueryRequest(
        metrics=metrics,
        group_by=group_by,
        # The request refuses what is no grain, with those there are.
        grain=call.one("grain"),  # type: ignore[arg-type]
        where=where,
        order=order,
        limit=limit,
    )
    check_size(request)
    return request


def _dimension_values(layer: SemanticLayer, call: SemanticCall) -> StoredAnswer:
    names = call.items("group_by")
    if len(names) != 1:
        raise QueryInvalid("`dimension_values` takes one dimension in `group_by`.")
    result = dimension_values(
        layer,
        names[0].group_by,
        metrics=_metric_names(call),
        where=call.texts("where"),
        limit=call.number("limit"),
    )
    return StoredAnswer(table=with_trust(result), sql=result.sql, trust=result.trust)


def _metrics(layer: SemanticLayer, call: SemanticCall) -> StoredAnswer:
    metrics = [m for m in layer.metrics() if _matches(call, m.name, m.label)]
    return _definitions(
        layer,
        {
            "name": [m.name for m in metrics],
            "label": [m.label for m in metrics],
            "description": [m.description for m in metrics],
            "type": [m.kind for m in metrics],
            "unit": [m.unit for m in metrics],
            "requires_metric_time": [str(m.requires_metric_time).lower() for m in metrics],
            "queryable_granularities": [", ".join(_grains(layer, [m.name])) for m in metrics],
        },
    )


def _dimensions(layer: SemanticLayer, call: SemanticCall) -> StoredAnswer:
    return _listed(layer, call, lambda item: item.kind != "entity")


def _entities(layer: SemanticLayer, call: SemanticCall) -> StoredAnswer:
    return _listed(layer, call, lambda item: item.kind == "entity")


def _listed(
    layer: SemanticLayer, call: SemanticCall, wanted: Callable[[Dimension], bool]
) -> StoredAnswer:
    known = layer.dimensions(_metric_names(call))
    items = [i for i in known if wanted(i) and _matches(call, i.name, i.label)]
    return _definitions(
        layer,
        {
            "name": [item.name for item in items],
            "label": [item.label for item in items],
            "description": [item.description for item in items],
            "type": [item.kind for item in items],
            "queryable_granularities": [", ".join(item.grains) for item in items],
        },
    )


def _granularities(layer: SemanticLayer, call: SemanticCall) -> StoredAnswer:
    return _definitions(layer, {"name": list(_grains(layer, _metric_names(call)))})


def _metrics_for_dimensions(layer: SemanticLayer, call: SemanticCall) -> StoredAnswer:
    """The metrics that all of some dimensions fit."""
    wanted = {item.name.lower() for item in call.items("group_by")}
    if not wanted:
        raise QueryInvalid("`metrics_for_dimensions` takes dimensions in `group_by`.")
    names = [
        metric.name
        for metric in layer.metrics()
        if wanted <= {dimension.name for dimension in layer.dimensions([metric.name])}
    ]
    return _definitions(layer, {"name": names})


def _saved_queries(layer: SemanticLayer, call: SemanticCall) -> StoredAnswer:
    saved = [q for q in layer.catalogue.saved_queries.values() if _matches(call, q.name, q.label)]
    return _definitions(
        layer,
        {
            "name": [query.name for query in saved],
            "label": [query.label for query in saved],
            "description": [query.description for query in saved],
            "metrics": [", ".join(query.request.metrics) for query in saved],
            "group_by": [", ".join(query.request.group_by) for query in saved],
        },
    )


_ANSWERS: Mapping[str, Callable[[SemanticLayer, SemanticCall], StoredAnswer]] = {
    "query": _query,
    "dimension_values": _dimension_values,
    "metrics": _metrics,
    "dimensions": _dimensions,
    "entities": _entities,
    "queryable_granularities": _granularities,
    "metrics_for_dimensions": _metrics_for_dimensions,
    "saved_queries": _saved_queries,
}


def _definitions(layer: SemanticLayer, columns: Mapping[str, Sequence[str]]) -> StoredAnswer:
    import pyarrow as pa

    arrays = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    table: pa.Table = pa.table(arrays)
    return StoredAnswer(table=table, sql="", trust=layer.trust(()))


def _metric_names(call: SemanticCall) -> tuple[str, ...]:
    names = tuple(item.name.lower() for item in call.items("metrics"))
    check_size(QueryRequest(metrics=names, group_by=(METRIC_TIME,)))
    return names


def _grains(layer: SemanticLayer, metrics: Sequence[str]) -> tuple[str, ...]:
    time = next((d for d in layer.dimensions(metrics) if d.name == METRIC_TIME), None)
    if time is None:
        return ()
    return (HOUR, *time.grains) if time.has_hours else time.grains


def _matches(call: SemanticCall, *texts: Any) -> bool:
    wanted = (call.one("search") or "").lower()
    return any(wanted in str(text).lower() for text in texts)
