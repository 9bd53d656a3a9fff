"""Metrics as tables, for tools that know only tables: `select rep__team, revenue from metrics where … order by …`.

The table `metrics` has every metric and dimension as a column; a SELECT from it is parsed and becomes a metric query.
Each saved query is a table too, at its own grain. What has no meaning over metrics is refused by name: the sum of a
ratio, a count of rows, a join.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from orchestration.core.errors import QueryInvalid
from semantic_layer.layer import SemanticLayer
from semantic_layer.records import HOUR, Dimension
from serving.metric_select import METRICS, is_probe, read_select, refused
from serving.outer_query import ANSWER, checked, run_select
from serving.query_book import StoredAnswer
from serving.service import with_trust

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlglot import exp

CATALOG = "semantic_layer"
"""Of all tables, and the name of their only schema."""
TABLE_TYPE = "VIEW"
MAX_TEXT = 64 * 1024
"""Characters of a statement."""

_PARTS = frozenset(
    {"expressions", "from_", "where", "group", "order", "limit", "offset", "distinct", "kind"}
)


def table_names(layer: SemanticLayer) -> tuple[str, ...]:
    """`metrics`, and a table per saved query."""
    return (METRICS, *layer.catalogue.saved_queries)


def table_schema(layer: SemanticLayer, table: str) -> pa.Schema:
    """The columns of a table, as far as they are known without a query: figures are shown as doubles."""
    import pyarrow as pa

    figure, day = pa.float64(), pa.date32()
    if table != METRICS:
        request = layer.catalogue.saved_query(table).request
        known = {d.name: d for d in layer.dimensions(request.metrics)}
        keys = [(name, day if _is_time(name, known) else pa.string()) for name in request.group_by]
        return pa.schema([*keys, *((name, figure) for name in request.metrics)])
    columns: list[tuple[str, pa.DataType]] = []
    for dimension in layer.dimensions():
        if dimension.kind != "time":
            columns.append((dimension.name, pa.string()))
            continue
        columns += [(f"{dimension.name}__{grain}", day) for grain in dimension.grains]
        if dimension.has_hours:
            columns.append((f"{dimension.name}__{HOUR}", pa.timestamp("us", "UTC")))
    return pa.schema([*columns, *((name, figure) for name in layer.catalogue.metrics)])


def answer_select(layer: SemanticLayer, text: str) -> StoredAnswer:
    """The answer of a SELECT from one of the tables; raises `QueryInvalid` for anything else."""
    select = _parse(text)
    table = _only_table(select, layer)
    if table != METRICS:
        return _from_saved_query(layer, table, select)
    if is_probe(select):
        empty = table_schema(layer, METRICS).empty_table()
        return StoredAnswer(table=empty, sql="", trust=layer.trust(()))
    return _from_metrics(layer, select)


def _from_metrics(layer: SemanticLayer, select: exp.Select) -> StoredAnswer:
    read = read_select(layer, select)
    result = layer.query(read.request)
    # A time without a grain is answered at its finest, under the name with that grain.
    groups = [column.name for column in result.columns if column.kind != "metric"]
    if len(groups) != len(read.request.group_by):
        raise refused("a dimension is selected twice, with the same grain")
    answered = dict(zip(read.request.group_by, groups, strict=True))
    whole = with_trust(result)
    table = whole.select([answered.get(column.name, column.name) for column in read.columns])
    table = table.rename_columns([column.output for column in read.columns])
    table = table.replace_schema_metadata(whole.schema.metadata)
    return StoredAnswer(table=table, sql=result.sql, trust=result.trust)


def _parse(text: str) -> exp.Select:
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    if len(text) > MAX_TEXT:
        raise refused(f"it is longer than {MAX_TEXT:,} characters")
    try:
        statements = sqlglot.parse(text, dialect="duckdb")
    except (SqlglotError, RecursionError) as error:
        raise refused("it cannot be read as SQL") from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Select):
        raise refused("expected one SELECT")
    select = statements[0]
    extra = sorted(name for name, value in select.args.items() if value and name not in _PARTS)
    if extra:
        raise refused(f"`{extra[0].rstrip('_')}` has no meaning here")
    return select


def _only_table(select: exp.Select, layer: SemanticLayer) -> str:
    from sqlglot import exp

    source = select.args.get("from_")
    table = source.this if source is not None else None
    names = table_names(layer)
    if not isinstance(table, exp.Table) or len(list(select.find_all(exp.Table))) != 1:
        raise refused("expected one table after `from`, no subquery and no join")
    qualified = [part.name.lower() for part in table.parts[:-1]]
    name = table.name.lower()
    if (
        name not in names
        or any(part != CATALOG for part in qualified)
        or not isinstance(table.this, exp.Identifier)
    ):
        raise QueryInvalid(
            f"There is no table `{table.sql(dialect='duckdb')[:80]}`. Tables here: {', '.join(names)}; or use "
            "{{ semantic_layer.query(…) }}."
        )
    return name


def _from_saved_query(layer: SemanticLayer, name: str, select: exp.Select) -> StoredAnswer:
    """The rows of a saved query at its own grain, then what the SELECT says of them."""
    from sqlglot import exp

    result = layer.query(layer.catalogue.saved_query(name).request)
    tree = select.copy()
    table = next(tree.find_all(exp.Table))
    alias = exp.TableAlias(this=exp.to_identifier(table.alias or name))
    table.replace(exp.Table(this=exp.to_identifier(ANSWER), alias=alias))
    whole = with_trust(result)
    answer = run_select(whole, checked(tree)).replace_schema_metadata(whole.schema.metadata)
    return StoredAnswer(table=answer, sql=result.sql, trust=result.trust)


def _is_time(name: str, known: Mapping[str, Dimension]) -> bool:
    base = name if name in known else name.rpartition("__")[0]
    return base in known and known[base].kind == "time"
