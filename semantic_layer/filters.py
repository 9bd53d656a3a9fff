"""Filters that people write, made safe: parsed, checked against an allow-list, rewritten.

The text that reaches MetricFlow is never the caller's: it is rewritten here from the syntax tree,
node by node, so that what is not listed cannot pass. There are no tables, no subqueries, no
functions beyond `FUNCTIONS` and no Jinja beyond three template calls, parsed here and never
evaluated. A `Resolver` gives the meaning of a name; looking it up does not belong here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orchestration.core.errors import QueryInvalid
from semantic_layer.period_filters import FLIPPED, compared_with_text, one_of, within
from semantic_layer.templates import NAME, Reference, placeholder, refused, take_templates

if TYPE_CHECKING:
    from sqlglot import exp

FUNCTIONS: dict[str, str] = {
    "Lower": "lower", "Upper": "upper", "Trim": "trim", "Length": "length",
    "StartsWith": "starts_with", "EndsWith": "ends_with", "Contains": "contains",
    "Coalesce": "coalesce", "Abs": "abs",
    "Year": "year", "Quarter": "quarter", "Month": "month", "Week": "week", "Day": "day",
}  # fmt: skip
"""sqlglot's class and DuckDB's name of each function that a filter may call."""

_BINARY = {
    "EQ": "=", "NEQ": "<>", "GT": ">", "GTE": ">=", "LT": "<", "LTE": "<=", "Like": "like",
    "ILike": "ilike", "And": "and", "Or": "or", "Add": "+", "Sub": "-", "Mul": "*",
}  # fmt: skip
_TYPES = {"DATE", "TIMESTAMP", "INT", "BIGINT", "DOUBLE", "DECIMAL", "VARCHAR", "TEXT", "BOOLEAN"}
_INTERVALS = {"DAY", "WEEK", "MONTH", "QUARTER", "YEAR"}
_TRUNCATIONS = {"day", "week", "month", "quarter", "year"}
_NUMBER = re.compile(r"\d+(\.\d*)?([eE][+-]?\d+)?|\.\d+")
_BRACES = re.compile(r"(?<=[{}%#])(?=[{}%#])")
_MAX_DEPTH = 100
_MAX_NODES = 5_000
_CONSTRUCTS = "comparisons, and/or/not, in, between, like, is null, literals and "


Resolver = Callable[[Reference], str]
"""Gives the MetricFlow template of a reference, or raises `QueryInvalid`."""


GrainOf = Callable[[Reference], str | None]
"""The grain of a reference to a time, in which a day may name a period; None for anything else."""


def render(text: str, *, resolve: Resolver, grain_of: GrainOf = lambda _: None) -> str:
    """The filter as a MetricFlow template, or `QueryInvalid` naming the piece refused."""
    bare, references = take_templates(text)
    writer = _Writer(text=text, references=references, resolve=resolve, grain_of=grain_of)
    return writer.write(_parse(bare, text), 0)


def _parse(bare: str, text: str) -> exp.Expr:
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        tree: exp.Expr = sqlglot.parse_one(bare, into=exp.Condition, dialect="duckdb")
    except SqlglotError as error:
        details = getattr(error, "errors", None) or [{}]
        piece = str(details[0].get("highlight") or text).strip()
        why = str(details[0].get("description") or "it is not a condition in SQL").rstrip(".")
        raise refused(piece, text, f"it cannot be read ({why})") from error
    except RecursionError as error:
        raise refused(text, text, "it is nested too deep") from error
    if sum(1 for _ in tree.walk()) > _MAX_NODES:
        raise refused(text[:40] + "…", text[:200] + "…", f"it has more than {_MAX_NODES} parts")
    return tree


def _type_name(target: Any) -> str:
    """The name of a type as it is written; sqlglot's own for a timestamp says that it has no zone."""
    name = str(getattr(target.this, "value", target.this)).upper()
    return "TIMESTAMP" if name == "TIMESTAMPNTZ" else name


def _day_text(node: Any) -> str | None:
    """The text of a literal, of `date '…'` or `timestamp '…'`; None for any other node."""
    if type(node).__name__ == "Cast" and _type_name(node.args["to"]) in ("DATE", "TIMESTAMP"):
        node = node.this
    is_text = type(node).__name__ == "Literal" and node.args.get("is_string")
    return str(node.this) if is_text else None


def _is_number(node: Any) -> bool:
    """Whether a node is a number or a sum of numbers, as a day without quotes is (2026-05-13)."""
    kinds = {type(part).__name__ for part in node.walk()}
    return kinds <= {"Literal", "Add", "Sub", "Neg", "Paren"} and _day_text(node) is None


@dataclass(frozen=True, kw_only=True)
class _Writer:
    """Writes a syntax tree as SQL; a kind of node without a rule is refused."""

    text: str
    references: list[Reference]
    resolve: Resolver
    grain_of: GrainOf

    def write(self, node: exp.Expr, depth: int) -> str:
        kind = type(node).__name__
        if depth > _MAX_DEPTH:
            raise refused(self.text[:40] + "…", self.text[:200] + "…", "it is nested too deep")
        if kind in _BINARY:
            self._only(node, "this", "expression")
            if period := self._period_comparison(node, _BINARY[kind]):
                return period
            sides = (self.write(node.args[side], depth + 1) for side in ("this", "expression"))
            return f"({f' {_BINARY[kind]} '.join(sides)})"
        if kind in FUNCTIONS:
            return self._function(node, kind, depth)
        rule = getattr(self, f"_write_{kind.lower()}", None)
        if rule is None:
            listed = ", ".join(sorted({*FUNCTIONS.values(), "date_trunc"}))
            raise self._refuse(node, f"a filter may have {_CONSTRUCTS}the functions {listed}")
        return str(rule(node, depth))

    def _refuse(self, node: exp.Expr, why: str) -> QueryInvalid:
        piece = node.sql(dialect="duckdb")
        for number, reference in enumerate(self.references):
            piece = piece.replace(f'"{placeholder(number)}"', reference.name)
        return refused(piece, self.text, why)

    def _only(self, node: exp.Expr, *allowed: str) -> None:
        for name, value in node.args.items():
            if name not in allowed and value:
                raise self._refuse(node, f"`{name}` is not allowed in a filter")

    def _function(self, node: exp.Expr, kind: str, depth: int) -> str:
        self._only(node, "this", "expression", "expressions")
        arguments = [node.this, node.args.get("expression"), *node.args.get("expressions", ())]
        written = [
            self.write(argument, depth + 1) for argument in arguments if argument is not None
        ]
        return f"{FUNCTIONS[kind]}({', '.join(written)})"

    def _write_not(self, node: exp.Expr, depth: int) -> str:
        return f"(not {self.write(node.this, depth + 1)})"

    def _write_neg(self, node: exp.Expr, depth: int) -> str:
        return f"(- {self.write(node.this, depth + 1)})"

    def _write_paren(self, node: exp.Expr, depth: int) -> str:
        return self.write(node.this, depth + 1)

    def _write_null(self, node: exp.Expr, depth: int) -> str:
        return "null"

    def _write_boolean(self, node: exp.Expr, depth: int) -> str:
        return "true" if node.this else "false"

    def _write_literal(self, node: exp.Expr, depth: int) -> str:
        value = str(node.this)
        if not node.args.get("is_string"):
            if not _NUMBER.fullmatch(value):
                raise self._refuse(node, "it is not a number")
            return value
        if "\x00" in value:
            raise self._refuse(node, "a text cannot contain a NUL character")
        # No two signs of Jinja stand together, so that a text is never read as a template.
        pieces = ["'" + piece.replace("'", "''") + "'" for piece in _BRACES.split(value)]
        return pieces[0] if len(pieces) == 1 else f"({' || '.join(pieces)})"

    def _write_in(self, node: exp.Expr, depth: int) -> str:
        self._only(node, "this", "expressions")
        if not node.expressions:
            raise self._refuse(node, "`in` needs a list of values")
        texts = [_day_text(value) for value in node.expressions]
        if (time := self._time(node.this)) and all(text is not None for text in texts):
            return one_of(time[0], [text for text in texts if text is not None], time[1])
        values = ", ".join(self.write(value, depth + 1) for value in node.expressions)
        return f"({self.write(node.this, depth + 1)} in ({values}))"

    def _write_between(self, node: exp.Expr, depth: int) -> str:
        self._only(node, "this", "low", "high")
        ends = _day_text(node.args["low"]), _day_text(node.args["high"])
        if (time := self._time(node.this)) and ends[0] is not None and ends[1] is not None:
            return within(time[0], ends[0], ends[1], time[1])
        this, low, high = (self.write(node.args[key], depth + 1) for key in ("this", "low", "high"))
        return f"({this} between {low} and {high})"

    def _write_is(self, node: exp.Expr, depth: int) -> str:
        right = node.args["expression"]
        negated = type(right).__name__ == "Not"
        value = right.this if negated else right
        if type(value).__name__ not in ("Null", "Boolean"):
            raise self._refuse(node, "`is` takes null, not null, true or false")
        word = "is not" if negated else "is"
        return f"({self.write(node.this, depth + 1)} {word} {self.write(value, depth + 1)})"

    def _write_cast(self, node: exp.Expr, depth: int) -> str:
        self._only(node, "this", "to")
        target = node.args["to"]
        name = _type_name(target)
        if name not in _TYPES or target.expressions:
            raise self._refuse(node, f"types are {', '.join(sorted(_TYPES)).lower()}")
        return f"cast({self.write(node.this, depth + 1)} as {name.lower()})"

    def _write_interval(self, node: exp.Expr, depth: int) -> str:
        count, unit = str(getattr(node.this, "this", "")), str(node.args.get("unit") or "").upper()
        if not re.fullmatch(r"\d{1,6}", count) or unit.rstrip("S") not in _INTERVALS:
            raise self._refuse(node, "intervals are whole days, weeks, months, quarters or years")
        return f"(interval {count} {unit.rstrip('S').lower()})"

    def _write_datetrunc(self, node: exp.Expr, depth: int) -> str:
        self._only(node, "this", "unit")
        unit = str(getattr(node.args["unit"], "this", "")).lower()
        if unit not in _TRUNCATIONS:
            raise self._refuse(node, f"date_trunc takes {', '.join(sorted(_TRUNCATIONS))}")
        return f"date_trunc('{unit}', {self.write(node.this, depth + 1)})"

    def _write_timestamptrunc(self, node: exp.Expr, depth: int) -> str:
        return self._write_datetrunc(node, depth)

    def _period_comparison(self, node: exp.Expr, operator: str) -> str | None:
        """A time compared with a text that names a period; None for any other comparison."""
        sides = (node.args["this"], node.args["expression"])
        for (column, literal), sign in ((sides, operator), (sides[::-1], FLIPPED.get(operator))):
            text = _day_text(literal)
            if sign not in FLIPPED or not (text is not None or _is_number(literal)):
                continue
            if time := self._time(column):
                if text is None:
                    raise self._refuse(
                        node, "a day stands in quotes, as in metric_time = '2026-05-13'"
                    )
                return compared_with_text(time[0], sign, text, time[1])
        return None

    def _time(self, node: Any) -> tuple[str, str] | None:
        """Template and grain of a column that is a time; None for any other node."""
        if type(node).__name__ != "Column":
            return None
        column = self._write_column(node, 0)
        grain = self.grain_of(self._reference(str(node.this.this)))
        return (column, grain) if grain else None

    def _reference(self, name: str) -> Reference:
        """The template call that a name stands for, else the plain name."""
        numbers = {placeholder(number): number for number in range(len(self.references))}
        return self.references[numbers[name]] if name in numbers else Reference(name=name)

    def _write_column(self, node: Any, depth: int) -> str:
        if node.args.get("table") or type(node.this).__name__ != "Identifier":
            raise self._refuse(node, "name a dimension as entity__dimension, such as rep__team")
        name = str(node.this.this)
        if (reference := self._reference(name)).call is not None:
            return self.resolve(reference)
        quoted = "texts stand in single quotes, names are letters, digits and underscores"
        if not NAME.fullmatch(name):
            raise self._refuse(node, quoted)
        try:
            return self.resolve(reference)
        except QueryInvalid as error:
            if node.this.args.get("quoted"):
                raise self._refuse(node, f"{quoted}. {error}") from error
            raise
