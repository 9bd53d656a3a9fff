"""Multi-hop joins (`contact__rep__team`: a fact, its contact, the contact's rep), built once per engine.

For each item of a query, MetricFlow rebuilds all pairs of tables that could lead to it, and their SQL: a rate by the
eleven columns of the contact's rep took four seconds to plan. A pair is the same for all items and all queries. Which
pairs there are, and which of them a query uses, stays MetricFlow's choice.
"""

from __future__ import annotations

import zlib
from collections.abc import MutableMapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from metricflow.dataflow.builder import dataflow_plan_builder
from metricflow.plan_conversion.node_processor import PreJoinNodeProcessor
from metricflow_semantics.dag.sequential_id import SequentialIdGenerator
from metricflow_semantics.specs.spec_set_transforms import ToElementNameSet

_LINKS = 2
"""Entities on the way of a multi-hop join; MetricFlow follows no longer ones."""

_IDS_OF_QUERIES = 1_000_000
"""More than a query has nodes; MetricFlow's own first ids begin at 10,000."""

_IDS_PER_PAIR = 1_000

_pairs_by_resolver: MutableMapping[Any, dict[Any, Any]] = WeakKeyDictionary()
"""The pairs of each engine, by the resolver of its tables; a pair that cannot be joined is None."""


class _SharedPairs(PreJoinNodeProcessor):  # type: ignore[misc]
    def _get_candidates_nodes_for_multi_hop(
        self, desired_linkable_spec: Any, nodes: Sequence[Any], join_type: Any
    ) -> Sequence[Any]:
        build = super()._get_candidates_nodes_for_multi_hop
        links = desired_linkable_spec.entity_links
        if len(links) != _LINKS:
            return build(desired_linkable_spec, nodes, join_type)  # type: ignore[no-any-return]
        pairs = _pairs_by_resolver.setdefault(self._node_data_set_resolver, {})
        ends = [node for node in nodes if self._node_contains_entity(node, links[1])]
        seconds = [node for node in ends if self._has(node, desired_linkable_spec.element_name)]
        candidates = []
        for first in ends:
            if not self._node_contains_entity(first, links[0]):
                continue
            for second in seconds:
                key = (first, second, links[1], join_type)
                if key not in pairs:
                    with SequentialIdGenerator.id_number_space(_first_id(key)):
                        built = build(desired_linkable_spec, (first, second), join_type)
                    pairs[key] = next((pair for pair in built if _joins(pair, first, second)), None)
                if pairs[key] is not None:
                    candidates.append(pairs[key])
        return candidates

    def _has(self, node: Any, element: str) -> bool:
        specs = self._node_data_set_resolver.get_output_data_set(node).instance_set.spec_set
        return element in ToElementNameSet().transform(specs)


def _first_id(key: tuple[Any, ...]) -> int:
    """The first id of a pair's nodes: always the same, and far from those of other pairs and of queries.

    MetricFlow restarts its ids with each query, and names parts of the SQL after them: a pair that kept the ids of
    the query that built it would share them with nodes of the next.
    """
    first, second, link, join_type = key
    name = f"{first.node_id} {second.node_id} {link} {join_type}"
    return (1 + zlib.crc32(name.encode())) * _IDS_PER_PAIR + _IDS_OF_QUERIES


def _joins(pair: Any, first: Any, second: Any) -> bool:
    lineage = pair.lineage
    return lineage.first_node_to_join is first and lineage.second_node_to_join is second


def share_multi_hop_joins() -> None:
    """Make all engines of this process build each pair once."""
    dataflow_plan_builder.PreJoinNodeProcessor = _SharedPairs
