"""Pairs of tables for multi-hop joins, built once per engine; which are used stays MetricFlow's choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from metricflow.dataflow.builder import dataflow_plan_builder
from metricflow.plan_conversion.node_processor import PreJoinNodeProcessor

from semantic_layer.engine.multi_hop_joins import share_multi_hop_joins


@dataclass(frozen=True)
class Table:
    """A node of MetricFlow: the entities it has, and the names that can be grouped by."""

    node_id: str
    entities: frozenset[str]
    names: frozenset[str] = frozenset()


@dataclass(eq=False)
class Resolver:
    """What an engine knows of its tables."""

    built: list[tuple[str, ...]] = field(default_factory=list)


CONTACTS = Table("contacts", frozenset({"contact", "rep"}))
REPS = Table("reps", frozenset({"rep"}), frozenset({"team", "region"}))
LEADS = Table("leads", frozenset({"lead", "rep"}))
TABLES = (CONTACTS, REPS, LEADS)


@pytest.fixture
def processor(monkeypatch: pytest.MonkeyPatch) -> type[Any]:
    """The class that engines use, on tables that are plain records."""

    def build(self: Any, spec: Any, nodes: Sequence[Table], join_type: str) -> list[Any]:
        self._node_data_set_resolver.built.append(tuple(node.node_id for node in nodes))
        if nodes[0] is REPS:
            return []
        lineage = SimpleNamespace(first_node_to_join=nodes[0], second_node_to_join=nodes[-1])
        return [SimpleNamespace(lineage=lineage)]

    monkeypatch.setattr(PreJoinNodeProcessor, "_get_candidates_nodes_for_multi_hop", build)
    share_multi_hop_joins()
    used: type[Any] = dataflow_plan_builder.PreJoinNodeProcessor
    monkeypatch.setattr(
        used, "_node_contains_entity", lambda _, node, entity: entity in node.entities
    )
    monkeypatch.setattr(used, "_has", lambda _, node, element: element in node.names)
    return used


def candidates(processor: type[Any], resolver: Resolver, element: str, *links: str) -> list[Any]:
    made = object.__new__(processor)
    made._node_data_set_resolver = resolver
    spec = SimpleNamespace(entity_links=links, element_name=element)
    return list(made._get_candidates_nodes_for_multi_hop(spec, TABLES, "left"))


def test_a_pair_is_built_once_for_all_items_and_queries(processor: type[Any]) -> None:
    resolver = Resolver()
    first = candidates(processor, resolver, "team", "contact", "rep")
    again = candidates(processor, resolver, "region", "contact", "rep")
    assert resolver.built == [("contacts", "reps")]
    assert first == again and len(first) == 1


def test_a_pair_that_cannot_be_joined_is_not_tried_again(processor: type[Any]) -> None:
    resolver = Resolver()
    for _ in range(2):
        assert len(candidates(processor, resolver, "team", "rep", "rep")) == 2
    assert resolver.built.count(("reps", "reps")) == 1


def test_another_engine_has_pairs_of_its_own(processor: type[Any]) -> None:
    first, other = Resolver(), Resolver()
    candidates(processor, first, "team", "contact", "rep")
    candidates(processor, other, "team", "contact", "rep")
    assert first.built == other.built == [("contacts", "reps")]


def test_joins_of_another_length_stay_metricflows(processor: type[Any]) -> None:
    resolver = Resolver()
    candidates(processor, resolver, "team", "lead", "contact", "rep")
    assert resolver.built == [("contacts", "reps", "leads")]
