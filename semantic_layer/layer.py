"""The semantic layer of one release: its catalogue, and answers with their trust.

Everything that reads metrics (command line, servers, scorecards, the gate) goes through
`SemanticLayer`. Many metrics by period are `evaluation`'s, one metric with its lineage and last value
`metric_card`'s; how answers look belongs to `rendering`.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.core.errors import ReleaseCorrupt
from semantic_layer.catalogue import Catalogue
from semantic_layer.lineage import LineageGraph
from semantic_layer.names import Definitions, ResolvedRequest, resolve
from semantic_layer.plans import PlanCache
from semantic_layer.query_limits import NO_LIMITS, QueryLimits
from semantic_layer.records import Dimension, Metric, Trust
from semantic_layer.request import QueryRequest
from semantic_layer.results import QueryResult, ResultColumn, arranged
from semantic_layer.row_scope import RowScope, ScopedDefinitions, scoped_request, scoped_trust
from semantic_layer.trust import ReleaseFacts, read_release
from semantic_layer.warehouse import Warehouse

if TYPE_CHECKING:
    import duckdb

    from semantic_layer.engine import Engine

MARTS_FILE = "marts.duckdb"
SEMANTIC_MANIFEST_FILE = "semantic_manifest.json"
MANIFEST_FILE = "manifest.json"


class SemanticLayer:
    """Metrics of one release. Safe to share between threads; close it to release its files.

    `catalogue` has the definitions, `warehouse` the tables, `facts` the release, `engine` the plans and
    `lineage` the streams behind a metric; the last two are read at the first question that needs them.
    """

    def __init__(
        self,
        *,
        semantic_manifest: Path,
        manifest: Path,
        warehouse: Warehouse,
        facts: ReleaseFacts,
        plans: PlanCache | None = None,
    ) -> None:
        self.catalogue = Catalogue.read(semantic_manifest)
        self.warehouse = warehouse
        self.facts = facts
        self._semantic_manifest = semantic_manifest
        self._manifest = manifest
        self._plans = plans
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._lineage: LineageGraph | None = None
        self.scope: RowScope | None = None

    @classmethod
    def open(cls, release_dir: Path, *, limits: QueryLimits = NO_LIMITS) -> SemanticLayer:
        """The metrics of a published release; `current` is followed once, here."""
        release = release_dir.resolve()
        if not release.is_dir():
            raise ReleaseCorrupt(
                f"There is no release at {release_dir}. `embudo refresh` makes one; "
                "`embudo releases` lists those there are."
            )
        warehouse = Warehouse.open(release / MARTS_FILE, limits=limits)
        return cls(
            semantic_manifest=release / SEMANTIC_MANIFEST_FILE,
            manifest=release / MANIFEST_FILE,
            warehouse=warehouse,
            facts=read_release(release, warehouse=warehouse),
        )

    @classmethod
    def draft(
        cls,
        semantic_manifest: Path,
        manifest: Path,
        release_dir: Path,
        *,
        connection: duckdb.DuckDBPyConnection | None = None,
        plans: Path | None = None,
    ) -> SemanticLayer:
        """Other definitions over a release's tables: a working tree's, or a candidate's own.

        `connection` is that of a process that has the candidate open for writing, with its marts as
        `marts`; without it the marts are opened read-only. `plans` is a folder where plans are cached
        between processes; closing the layer writes them.
        """
        release = release_dir.resolve()
        warehouse = (
            Warehouse.borrow(connection) if connection else Warehouse.open(release / MARTS_FILE)
        )
        return cls(
            semantic_manifest=semantic_manifest,
            manifest=manifest,
            warehouse=warehouse,
            facts=read_release(release, warehouse=warehouse, draft=True),
            plans=PlanCache.of(semantic_manifest, folder=plans) if plans else None,
        )

    def scoped(self, scope: RowScope) -> SemanticLayer:
        """The same release for a caller who may see some rows only: a view, which is not closed."""
        engine, lineage = self.engine, self.lineage
        view = copy.copy(self)
        view._engine, view._lineage, view.scope = engine, lineage, scope
        return view

    def metrics(self) -> list[Metric]:
        """The catalogue, in alphabetical order."""
        return list(self.catalogue.metrics.values())

    def dimensions(self, metrics: Sequence[str] = ()) -> list[Dimension]:
        """What all of these metrics can be grouped by, nearest first; for no metrics, all."""
        for name in metrics:
            self.catalogue.metric(name)
        return list(self._definitions.dimensions(metrics).values())

    def explain(self, request: QueryRequest) -> str:
        """The SQL of a request, for DuckDB, without running it."""
        return self.engine.explain(self._resolved(request))

    def query(self, request: QueryRequest) -> QueryResult:
        """Answer a request; raises `QueryInvalid` for names and filters that do not fit."""
        resolved = self._resolved(request)
        sql = self.engine.explain(resolved)
        columns = (
            *(ResultColumn.of_group(group) for group in resolved.group_by),
            *(ResultColumn.of_metric(self.catalogue.metric(name)) for name in resolved.metrics),
        )
        return QueryResult(
            request=request,
            table=arranged(self.warehouse.query(sql), columns, time_zone=self.facts.time_zone),
            columns=columns,
            sql=sql,
            trust=self.trust(request.metrics),
            currency=self.currency,
        )

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
        """Rows of the release's own tables; values that callers typed go into `?`."""
        return list(self.warehouse.query(sql, parameters).to_pylist())

    def trust(self, metrics: Sequence[str]) -> Trust:
        """How far these metrics can be trusted; for none, the release as a whole."""
        trust = self.facts.trust(self.lineage.of(metrics) if metrics else None)
        return scoped_trust(trust) if self.scope else trust

    def marts(self, metrics: Sequence[str]) -> tuple[str, ...]:
        """The models that these metrics read."""
        return self.lineage.of(metrics).models

    @property
    def until(self) -> date | None:
        """The data-as-of day in the reporting time zone; none where the release has none."""
        return self.facts.as_of_day

    @property
    def release_id(self) -> str:
        """The release that answers come from."""
        return self.facts.release_id

    @property
    def currency(self) -> str:
        """The reporting currency; empty where the release has none."""
        return self.facts.currency

    @property
    def engine(self) -> Engine:
        """The planner of queries."""
        with self._lock:
            if self._engine is None:
                # MetricFlow takes more than a second to import.
                from semantic_layer.engine import Engine

                self._engine = Engine(
                    self.catalogue.text, origin=self._semantic_manifest, plans=self._plans
                )
            return self._engine

    @property
    def lineage(self) -> LineageGraph:
        """From metrics to models, tests and streams."""
        with self._lock:
            if self._lineage is None:
                self._lineage = LineageGraph.read(self._manifest)
            return self._lineage

    @property
    def _definitions(self) -> Definitions:
        return self._scoped_definitions(self.scope) if self.scope else self.engine

    def _scoped_definitions(self, scope: RowScope) -> ScopedDefinitions:
        return ScopedDefinitions(
            definitions=self.engine, elements=self.catalogue.elements, role=scope.role
        )

    def _resolved(self, request: QueryRequest) -> ResolvedRequest:
        if self.scope is None:
            return resolve(request, self.engine)
        definitions = self._scoped_definitions(self.scope)
        return resolve(scoped_request(request, self.scope, definitions), definitions)

    def close(self) -> None:
        """Release the files, and write the plans that were made."""
        if self._plans is not None:
            self._plans.write()
        self.warehouse.close()

    def __enter__(self) -> SemanticLayer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
