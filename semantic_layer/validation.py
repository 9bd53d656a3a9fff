"""Validation of metric definitions, before anything is built from them.

Every metric is compiled to SQL, and that SQL planned (not run) on a release's tables. Parsing the dbt project
does not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from orchestration.core.errors import EmbudoError, QueryInvalid
from semantic_layer.engine import Engine
from semantic_layer.names import resolve
from semantic_layer.records import METRIC_TIME
from semantic_layer.request import QueryRequest
from semantic_layer.saved_queries import read_saved_queries
from semantic_layer.warehouse import Warehouse


def compile_all(semantic_manifest: Path) -> Mapping[str, str]:
    """SQL by metric, each by its finest time grain; `QueryInvalid` names all that do not compile.

    The names that saved queries use are looked up as well.
    """
    text = semantic_manifest.read_text(encoding="utf-8")
    engine = Engine(text, origin=semantic_manifest)
    compiled: dict[str, str] = {}
    faults: list[str] = []
    for name in engine.metrics():
        try:
            times = engine.dimensions([name])[METRIC_TIME].grains
            request = QueryRequest(metrics=(name,), group_by=(f"{METRIC_TIME}__{times[0]}",))
            compiled[name] = engine.explain(resolve(request, engine))
        except (EmbudoError, KeyError) as error:
            reason = f"it has no {METRIC_TIME}" if isinstance(error, KeyError) else str(error)
            faults.append(f"  {name}: {reason}")
    for query in read_saved_queries(text).values():
        try:
            resolve(query.request, engine)
        except EmbudoError as error:
            faults.append(f"  saved query {query.name}: {error}")
    if faults:
        raise QueryInvalid("These metrics do not compile:\n" + "\n".join(faults))
    return compiled


def plan_faults(compiled: Mapping[str, str], marts: Path) -> Mapping[str, str]:
    """Why a metric's SQL cannot run on these marts, by metric; empty where all can."""
    faults: dict[str, str] = {}
    warehouse = Warehouse.open(marts)
    try:
        for name, sql in compiled.items():
            try:
                warehouse.query(f"explain {sql}")
            except EmbudoError as error:
                faults[name] = str(error)
    finally:
        warehouse.close()
    return faults
