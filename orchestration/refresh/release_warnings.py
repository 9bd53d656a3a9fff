"""What a release keeps of checks that warned, were waived or are excepted: what each is about, and what to do next.

A check names one subject; which streams and models that concerns follows from dbt's lineage. Which of them an
answer shows belongs to `semantic_layer.trust`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from orchestration.core.records import CheckResult, ReleaseWarning
from orchestration.quality.dbt_manifest import check_name, tests_of
from orchestration.quality.marts import table_of
from orchestration.quality.suites import MartSuite, read_suites
from orchestration.settings.contract_loading import load_contract
from orchestration.settings.gate_rules import EXCEPTIONS_CHECK
from semantic_layer.lineage import LineageGraph

_LONGEST = 300
"""Characters of what was found; the release's `gate.json` has the rest."""

_METRIC = re.compile(r"(?:reconcile\.)?metric\.(\w+)")
"""A check of a metric's values, whatever table they are read from."""

_DIMENSIONS = "core"
"""Schema of marts that describe: what feeds them only adds attributes to the rows of other marts."""


def release_warnings(
    checks: Sequence[CheckResult],
    *,
    manifest: Mapping[str, Any],
    sources: Mapping[str, Sequence[str]],
) -> tuple[ReleaseWarning, ...]:
    """What warned, was waived or is excepted among the results of a gate; `sources` is source to its streams."""
    warned = [check for check in checks if check.outcome == "warn" or check.exception]
    if not warned:
        return ()
    scopes = CheckScopes(manifest, sources=sources, suites=read_suites())
    return tuple(_warning(check, scopes) for check in warned)


def _warning(check: CheckResult, scopes: CheckScopes) -> ReleaseWarning:
    streams, models = scopes.of(check.name, check.subject)
    text = check.observed
    return ReleaseWarning(
        check=check.name,
        subject=check.subject,
        observed=text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…",
        expected=check.expected,
        remedy=check.remedy,
        streams=streams,
        models=models,
        outcome=check.outcome,
        waiver=check.waiver,
        exception=check.exception,
    )


class CheckScopes:
    """Which streams and models a check is about, by its name and subject, in one project and company."""

    def __init__(
        self,
        manifest: Mapping[str, Any],
        *,
        sources: Mapping[str, Sequence[str]],
        suites: Sequence[MartSuite],
    ) -> None:
        self._manifest = manifest
        self._sources = sources
        self._suites = suites
        self._graph = LineageGraph(manifest)

    def of(self, check: str, subject: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Streams and models; neither where the check concerns everything."""
        if check == EXCEPTIONS_CHECK:
            return (), (subject,)  # settings that feed no figure
        stream = subject.rpartition(".")[2]
        contract = load_contract()
        if metric := _METRIC.fullmatch(check):
            return self._of_models(self._graph.of([metric[1]]).models)
        if check.startswith("agree."):
            source = subject.partition(".")[0] if "." in subject else ""
            names = [name for name in check.split(".")[1:] if name in contract]
            return tuple(f"{source}.{name}" if source else name for name in names), ()
        if check in self._tables_of_tests:
            return self._of_models(self._tables_of_tests[check])
        if stream in contract and (stream != subject or subject not in self._sources):
            return (subject,), ()
        if subject in self._sources:
            return tuple(f"{subject}.{name}" for name in sorted(self._sources[subject])), ()
        return self._of_models((subject,) if self._graph.has_table(subject) else ())

    def _of_models(self, models: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        streams = {stream for model in models for stream in self._streams_of(model)}
        return tuple(sorted(streams)), tuple(models)

    def _streams_of(self, model: str) -> Iterable[str]:
        """The streams whose rows a mart has, else those behind the model; of these the ones that only describe are
        left out where others remain: users are behind nearly everything.
        """
        if model in self._streams_of_rows:
            return self._streams_of_rows[model]
        behind = self._graph.streams_of(model)
        return [name for name in behind if name not in self._describing] or behind

    @cached_property
    def _streams_of_rows(self) -> dict[str, tuple[str, ...]]:
        return {
            table_of(suite.table): tuple(suite.rows_when)
            for suite in self._suites
            if suite.rows_when
        }

    @cached_property
    def _describing(self) -> frozenset[str]:
        return frozenset(
            stream
            for suite in self._suites
            if suite.table.partition(".")[0] == _DIMENSIONS
            for stream in suite.rows_when
        )

    @cached_property
    def _tables_of_tests(self) -> dict[str, tuple[str, ...]]:
        """dbt's tests to the model that they are attached to, else to all that they read."""
        tables: dict[str, tuple[str, ...]] = {}
        for test in tests_of(self._manifest, unit_tests=True):
            read = (test.get("depends_on") or {}).get("nodes", [])
            keys = [test["attached_node"]] if test.get("attached_node") else read
            names = (key.split(".")[2] for key in keys if key.startswith(("model.", "seed.")))
            tables[check_name(test)] = tuple(dict.fromkeys(names))
        return tables
