"""Joins of two hops (`contact__rep__team`: a fact, its contact, the contact's rep), made once an engine.

For each item that a query asks for, MetricFlow makes all pairs of tables that could lead to it, and their SQL,
anew: a rate by the eleven columns of the contact's rep took four seconds to plan. A pair is the same for all items and
all queries. Which pairs there are, and which of them a query takes, stays MetricFlow's choice.
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

_TWO_HOPS = 2

_NUMBERS_OF_QUERIES = 1_000_000
"""More than a query has nodes; MetricFlow's own, of the start, begin at 10,000."""

_NUMBERS_OF_A_PAIR = 1_000

_made_of: MutableMapping[Any, dict[Any, Any]] = WeakKeyDictionary()
"""The pairs of each engine, by what resolves its tables; a pair that cannot be joined is None."""


class _PairsOnce(PreJoinNodeProcessor):  # type: ignore[misc]
    def _get_candidates_nodes_for_multi_hop(
        self, desired_linkable_spec: Any, nodes: Sequence[Any], join_type: Any
    ) -> Sequence[Any]:
        make = super()._get_candidates_nodes_for_multi_hop
        links = desired_linkable_spec.entity_links
        if len(links) != _TWO_HOPS:
            return make(desired_linkable_spec, nodes, join_type)  # type: ignore[no-any-return]
        made = _made_of.setdefault(self._node_data_set_resolver, {})
        ends = [node for node in nodes if self._node_contains_entity(node, links[1])]
        seconds = [node for node in ends if self._has(node, desired_linkable_spec.element_name)]
        found = []
        for first in ends:
            if not self._node_contains_entity(first, links[0]):
                continue
            for second in seconds:
                key = (first, second, links[1], join_type)
                if key not in made:
                    with SequentialIdGenerator.id_number_space(_numbered_from(key)):
                        pairs = make(desired_linkable_spec, (first, second), join_type)
                    made[key] = next((pair for pair in pairs if _is_of(pair, first, second)), None)
                if made[key] is not None:
                    found.append(made[key])
        return found

    def _has(self, node: Any, element: str) -> bool:
        specs = self._node_data_set_resolver.get_output_data_set(node).instance_set.spec_set
        return element in ToElementNameSet().transform(specs)


def _numbered_from(key: tuple[Any, ...]) -> int:
    """Where the numbers of a pair's nodes begin: always the same, and far from those of other pairs and of queries.

    MetricFlow numbers the nodes of each query anew, and names parts of the SQL after them: a pair that kept the
    numbers of the query that made it would share them with nodes of the next.
    """
    first, second, link, join_type = key
    name = f"{first.node_id} {second.node_id} {link} {join_type}"
    return (1 + zlib.crc32(name.encode())) * _NUMBERS_OF_A_PAIR + _NUMBERS_OF_QUERIES


def _is_of(pair: Any, first: Any, second: Any) -> bool:
    lineage = pair.lineage
    return lineage.first_node_to_join is first and lineage.second_node_to_join is second


def make_pairs_once() -> None:
    """Let all engines of this process make each pair once."""
    dataflow_plan_builder.PreJoinNodeProcessor = _PairsOnce
