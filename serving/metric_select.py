"""A SELECT from `metrics`, read as a metric query. Running it, and other tables, belong to `metric_tables`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from orchestration.core.errors import QueryInvalid
from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest
from serving.service import check_size

if TYPE_CHECKING:
    from sqlglot import exp

METRICS = "metrics"
"""The table that has every metric and dimension as a column."""

_ADDITIVE = frozenset({"sum", "count", "sum_boolean"})
_AS_IT_IS = frozenset({"measure", "agg"})
"""Functions by which tools mark a metric; they change nothing."""


@dataclass(frozen=True, kw_only=True)
class SelectedColumn:
    """A column of the answer."""

    output: str
    name: str
    is_metric: bool


@dataclass(frozen=True, kw_only=True)
class ReadSelect:
    """A metric query, and the columns of its answer in the order of the SELECT."""

    request: QueryRequest
    columns: tuple[SelectedColumn, ...]


def read_select(layer: SemanticLayer, tree: exp.Select) -> ReadSelect:
    """The metric query of a SELECT from `metrics`; raises `QueryInvalid` for what has no meaning."""
    return _Reader(layer=layer, tree=tree).read()


def is_probe(tree: exp.Select) -> bool:
    """Whether it is `select * … limit 0`, by which tools find columns; raises `QueryInvalid` for another `*`."""
    stars = [type(item).__name__ == "Star" for item in tree.expressions]
    if not any(stars):
        return False
    if stars == [True] and whole_number(tree, "limit") == 0:
        return True
    raise refused("`*` would be every metric by every dimension; name the columns")


def whole_number(tree: exp.Select, part: str) -> int | None:
    """The number of `limit` or `offset`; None where it has none."""
    node = tree.args.get(part)
    if node is None:
        return None
    text = str(getattr(node.expression, "this", ""))
    if type(node.expression).__name__ != "Literal" or not text.isdigit() or len(text) > 12:
        raise refused(f"`{part}` takes a whole number")
    return int(text)


@dataclass(frozen=True, kw_only=True)
class _Reader:
    """A SELECT from `metrics`, read as a metric query."""

    layer: SemanticLayer
    tree: exp.Select
    _columns: list[SelectedColumn] = field(default_factory=list)

    def read(self) -> ReadSelect:
        """The metric query that it is."""
        self._columns.extend(self._selected())
        dimensions = self._dimensions()
        request = QueryRequest(
            metrics=tuple(column.name for column in self._columns if column.is_metric),
            group_by=dimensions,
            where=tuple(self._where()),
            order=tuple(self._order()),
            limit=whole_number(self.tree, "limit"),
            offset=whole_number(self.tree, "offset") or 0,
        )
        check_size(request)
        return ReadSelect(request=request, columns=tuple(self._columns))

    def _selected(self) -> Iterator[SelectedColumn]:
        seen: set[str] = set()
        for item in self.tree.expressions:
            inner = item.this if type(item).__name__ == "Alias" else item
            name = self._name(inner)
            output = item.alias_or_name or name
            if type(item).__name__ != "Alias":
                output = name
            if output in seen:
                raise refused(f"two columns are named `{output}`; give one an alias")
            seen.add(output)
            yield SelectedColumn(
                output=output, name=name, is_metric=name in self.layer.catalogue.metrics
            )

    def _name(self, node: exp.Expr) -> str:
        """The metric or dimension that an expression of the SELECT names."""
        kind = type(node).__name__
        if kind == "Column" and type(node.this).__name__ == "Identifier":
            return str(node.name).lower()
        if kind in ("TimestampTrunc", "DateTrunc"):
            unit = str(getattr(node.args.get("unit"), "this", "")).lower()
            return f"{self._name(node.this)}__{unit}"
        if (
            kind == "Anonymous"
            and str(node.this).lower() in _AS_IT_IS
            and len(node.expressions) == 1
        ):
            return self._metric(node.expressions[0], node)
        if kind == "Agg":
            return self._metric(node.this, node)
        if kind == "Sum":
            name = self._metric(node.this, node)
            if not self._is_additive(name):
                raise refused(
                    f"the sum of `{name}` has no meaning, as it is no plain sum or count; select it as it "
                    f"is, or as measure({name})"
                )
            return name
        raise refused(
            f"`{node.sql(dialect='duckdb')[:80]}` is no metric or dimension; expected names, date_trunc('month', "
            "metric_time), sum of a sum or count, or measure(metric)"
        )

    def _metric(self, node: exp.Expr, around: exp.Expr) -> str:
        name = str(node.name).lower() if type(node).__name__ == "Column" else ""
        if name not in self.layer.catalogue.metrics:
            raise refused(f"`{around.sql(dialect='duckdb')[:80]}` is not of a metric")
        return name

    def _is_additive(self, name: str) -> bool:
        catalogue = self.layer.catalogue
        aggregations = {measure.agg for measure in catalogue.elements.measures([name])}
        return catalogue.metric(name).accumulates and aggregations <= _ADDITIVE

    def _dimensions(self) -> tuple[str, ...]:
        """What is grouped by: the dimensions that are selected, and others of `group by`."""
        selected = [column.name for column in self._columns if not column.is_metric]
        group = self.tree.args.get("group")
        if group is None or group.args.get("all"):
            return tuple(selected)
        if any(value for name, value in group.args.items() if name != "expressions"):
            raise refused("`group by` takes columns")
        grouped = [self._of_list(item) for item in group.expressions]
        if metric := next((name for name in grouped if name in self.layer.catalogue.metrics), None):
            raise refused(f"`{metric}` is a metric; `group by` takes dimensions")
        if missing := [name for name in selected if name not in grouped]:
            raise refused(f"`{missing[0]}` is selected and not in `group by`")
        return tuple(dict.fromkeys([*selected, *grouped]))

    def _of_list(self, node: exp.Expr) -> str:
        """A column of `group by` or `order by`: a position, an alias, a name or an expression of the SELECT."""
        if type(node).__name__ == "Literal" and not node.args.get("is_string"):
            position = int(node.this) if str(node.this).isdigit() else 0
            if not 1 <= position <= len(self._columns):
                raise refused(f"there is no column {node.this}")
            return self._columns[position - 1].name
        by_alias = {column.output: column.name for column in self._columns}
        if type(node).__name__ == "Column" and node.name in by_alias:
            return by_alias[node.name]
        return self._name(node)

    def _where(self) -> Iterator[str]:
        """The filter, for the allow-list of filters; the table's name before a column is left out."""
        from sqlglot import exp

        where = self.tree.args.get("where")
        if where is None:
            return
        condition = where.this.copy()
        for column in condition.find_all(exp.Column):
            column.set("table", None)
        yield condition.sql(dialect="duckdb", comments=False)

    def _order(self) -> Iterator[str]:
        order = self.tree.args.get("order")
        for item in order.expressions if order is not None else ():
            if item.args.get("nulls_first"):
                raise refused("rows without a value come last; `nulls first` is not possible")
            name = self._of_list(item.this)
            yield f"-{name}" if item.args.get("desc") else name


def refused(why: str) -> QueryInvalid:
    """An error for a statement."""
    return QueryInvalid(
        f"The statement is not allowed: {why}. Example: select metric_time__month, revenue from {METRICS} "
        "where rep__region = 'Norte' order by 1."
    )
