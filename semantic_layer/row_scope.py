"""Which rows a caller may see: those of one rep or team, as a filter that goes into every query.

A scope is more than a filter: a metric that is not of single reps is closed, and so are dimensions that lead to a rep
on another way (the owner of a contact) or that their YAML closes to the role, because their values are other people's.
Who has which scope is for servers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from orchestration.core.errors import QueryInvalid
from orchestration.core.records import ReleaseWarning
from semantic_layer.elements import Elements
from semantic_layer.names import Definitions
from semantic_layer.records import Dimension, Metric, Trust
from semantic_layer.request import QueryRequest

REP = "rep"
"""The entity whose rows scopes are about, as of the event."""


@dataclass(frozen=True, kw_only=True)
class RowScope:
    """The rows whose `dimension` (`rep__key`, `rep__team`) has one value, for a role."""

    role: str
    """What `closed_to` of metrics and dimensions names."""
    dimension: str
    value: str

    @property
    def condition(self) -> str:
        """The filter, as a caller would write it."""
        value = self.value.replace("'", "''")
        return f"{self.dimension} = '{value}'"


@dataclass(frozen=True, kw_only=True)
class ScopedDefinitions:
    """Definitions without the dimensions that are closed to a role or lead to other people."""

    definitions: Definitions
    elements: Elements
    role: str

    def metrics(self) -> Mapping[str, Metric]:
        """All metrics by name."""
        return self.definitions.metrics()

    def dimensions(self, metrics: Sequence[str]) -> Mapping[str, Dimension]:
        """What all of these metrics can be grouped by, without what is closed and other ways to a rep."""
        known = self.definitions.dimensions(metrics)
        return {name: item for name, item in known.items() if self._is_open(item)}

    def is_metric_open(self, name: str) -> bool:
        """Whether the role may query a metric."""
        return self.role not in self.elements.metric_closed_to(name)

    def _is_open(self, dimension: Dimension) -> bool:
        element = self.elements.dimension(dimension.planned_name or dimension.name)
        is_closed = element is not None and self.role in element.closed_to
        return not is_closed and not leads_elsewhere(dimension.name)


def leads_elsewhere(name: str) -> bool:
    """Whether a dimension leads to a rep by way of something else: `contact__rep`, `contact__rep__name`."""
    return REP in name.split("__")[1:]


def scoped_request(
    request: QueryRequest, scope: RowScope, definitions: ScopedDefinitions
) -> QueryRequest:
    """The request over the rows of the scope alone; raises `QueryInvalid` for what is closed to it."""
    if not request.metrics:
        raise QueryInvalid(
            "The values of a dimension alone are those of everybody, and this token sees the rows of one rep or team: "
            "add a metric."
        )
    known = definitions.metrics()
    for name in request.metrics:
        if name in known and not definitions.is_metric_open(name):
            raise QueryInvalid(f"`{name}` is closed to a token of the role {scope.role}.")
        if name in known and scope.dimension not in definitions.dimensions((name,)):
            raise QueryInvalid(
                f"`{name}` is not of single reps, so it is closed to this token, which sees the rows of one rep or "
                "team."
            )
    return replace(request, where=(*request.where, scope.condition))


def scoped_trust(trust: Trust) -> Trust:
    """The trust without what checks found, which may quote rows of others, and without who waived them and why."""
    return replace(
        trust,
        accepted=dict.fromkeys(trust.accepted, ""),
        warnings=tuple(_without_findings(warning) for warning in trust.warnings),
    )


def _without_findings(warning: ReleaseWarning) -> ReleaseWarning:
    return replace(
        warning,
        observed="",
        expected="",
        remedy="",
        waiver="yes" if warning.waiver else "",
        exception="yes" if warning.exception else "",
    )
