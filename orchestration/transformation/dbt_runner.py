"""dbt, run in the refresh's own process.

One `Dbt` belongs to one warehouse: it parses the project once and builds parts of it from that
manifest. dbt runs here and not in a child, so a killed refresh leaves no orphan that holds the
DuckDB file (ADR 3). What the gate makes of test results does not belong here.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.core.errors import BuildFailed
from orchestration.core.processes import is_alive, last_change
from orchestration.core.resource_limits import memory_limit, threads
from orchestration.settings.project import PROJECT_ROOT
from orchestration.transformation.service_levels import VARIABLE, add_service_levels, thresholds

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

_BINARY_MANIFEST = "partial_parse.msgpack"

_PARSED = (_BINARY_MANIFEST, "manifest.json", "semantic_manifest.json")
_SUMS = "checksums.json"

_NODES_AT_ONCE = 2
"""The `threads` of profiles.yml: dbt's own, each of which runs queries."""

_KEPT_PARSES = 12
"""Parsed projects in a cache, the newest: a cache may be shared by homes of several settings."""

_QUIET = {
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
    "DBT_USE_COLORS": "false",
}


@dataclass(frozen=True)
class NodeResult:
    """How one model, seed or test ended.

    `status` is dbt's own term (success, pass, warn, fail, error, skipped); `seconds` is wall time;
    `failures` counts failing rows of a test.
    """

    unique_id: str
    status: str
    seconds: float
    message: str = ""
    failures: int = 0

    @property
    def kind(self) -> str:
        """model, seed, test, unit_test, …"""
        return self.unique_id.split(".", 1)[0]

    @property
    def name(self) -> str:
        """The node's own name, without package and kind."""
        return self.unique_id.split(".")[2]


@dataclass(frozen=True)
class BuildResult:
    """How one dbt command ended, node by node."""

    nodes: tuple[NodeResult, ...]

    @property
    def broken(self) -> tuple[NodeResult, ...]:
        """Models and seeds that did not build, and tests that could not run."""
        return tuple(n for n in self.nodes if n.status == "error")

    def __add__(self, other: BuildResult) -> BuildResult:
        """Both commands as one."""
        return BuildResult((*self.nodes, *other.nodes))

    def count(self, kind: str) -> int:
        """How many nodes of a kind ran."""
        return sum(1 for n in self.nodes if n.kind == kind and n.status != "skipped")


@dataclass
class Dbt:
    """dbt on one warehouse.

    `warehouse` and `marts` are the DuckDB files; `artifacts` is the folder for manifests and run results;
    `variables` are dbt vars. Vars stay the same from refresh to refresh, what changes stands in the
    table `landing.settings`.
    """

    warehouse: Path
    marts: Path
    artifacts: Path
    variables: Mapping[str, str]
    memory_limit: str = field(default_factory=memory_limit)
    root: Path = PROJECT_ROOT
    _manifest: Manifest | None = field(default=None, repr=False)

    def parse(self, *, cache: Path) -> None:
        """Read the whole project, or take it from `cache`, a folder named after the project's state.

        The folder then holds `manifest.json`, `semantic_manifest.json` and dbt's own binary form. Partial
        parsing is off: dbt-core#13004 breaks it for ratio metrics. Raises `BuildFailed` with dbt's own
        message, which names the file.
        """
        if not is_intact(cache):
            self._parse_into(cache)
        self._manifest = _read_manifest(cache / _BINARY_MANIFEST)

    def _parse_into(self, cache: Path) -> None:
        partial = cache.with_name(f"{cache.name}.{os.getpid()}.tmp")
        for left in (cache, partial, *_abandoned(cache.parent)):
            shutil.rmtree(left, ignore_errors=True)
        partial.mkdir(parents=True)
        self._manifest = None
        outcome = self._invoke(["parse", "--no-partial-parse"], artifacts=partial)
        if not outcome.success:
            shutil.rmtree(partial, ignore_errors=True)
            raise BuildFailed(f"dbt cannot parse the project: {_reason(outcome)}")
        if levels := thresholds(self.variables.get(VARIABLE, "")):
            manifest = _read_manifest(partial / _BINARY_MANIFEST)
            if add_service_levels(manifest, levels):
                _write_manifest(manifest, partial)
        sums = {name: _sha256(partial / name) for name in _PARSED}
        (partial / _SUMS).write_text(json.dumps(sums), encoding="utf-8")
        try:
            partial.replace(cache)
        except OSError:
            if not (cache / _BINARY_MANIFEST).exists():
                raise
            shutil.rmtree(partial, ignore_errors=True)  # another process was quicker
        used = sorted(cache.parent.glob(f"*/{_BINARY_MANIFEST}"), key=last_change, reverse=True)
        for binary in used[_KEPT_PARSES:]:
            shutil.rmtree(binary.parent, ignore_errors=True)

    def build(
        self,
        *,
        select: Sequence[str] = (),
        exclude: Sequence[str] = (),
        full_refresh: bool = False,
        state: Path | None = None,
        on_node: Callable[[NodeResult], None] | None = None,
    ) -> BuildResult:
        """Seed, run and test the selected nodes, or all, in the order of the graph.

        `state` is the folder of an older `manifest.json`, for selections such as `state:modified+`.
        A test that fails is a result, not an error: the gate evaluates it. Raises `BuildFailed` when
        dbt itself cannot go on (nothing selected runs, a model does not compile …).
        """
        arguments = ["build"]
        if select:
            arguments += ["--select", *select]
        if exclude:
            arguments += ["--exclude", *exclude]
        if full_refresh:
            arguments.append("--full-refresh")
        if state is not None:
            arguments += ["--state", str(state)]
        outcome = self._invoke(arguments, on_node=on_node)
        if outcome.result is None:
            raise BuildFailed(f"dbt cannot build the models: {_reason(outcome)}")
        result = BuildResult(tuple(_node_result(r) for r in outcome.result.results))
        if result.broken:
            first = result.broken[0]
            raise BuildFailed(
                f"{first.kind} {first.name} did not build: {first.message}\n"
                f"{len(result.broken)} node(s) in error. Fix the SQL or YAML, then run `embudo validate`."
            )
        return result

    def _invoke(
        self,
        arguments: list[str],
        *,
        artifacts: Path | None = None,
        on_node: Callable[[NodeResult], None] | None = None,
    ) -> Any:
        from dbt.cli.main import dbtRunner

        def listen(event: Any) -> None:
            if on_node is not None and event.info.name == "NodeFinished":
                info, outcome = event.data.node_info, event.data.run_result
                on_node(
                    NodeResult(
                        unique_id=info.unique_id,
                        status=info.node_status,
                        seconds=outcome.execution_time,
                        message=outcome.message,
                        failures=outcome.num_failures or 0,
                    )
                )

        common = [
            "--project-dir", str(self.root),
            "--profiles-dir", str(self.root),
            "--target-path", str(artifacts or self.artifacts),
            "--log-path", str(self.artifacts / "logs"),
            "--vars", json.dumps(dict(self.variables), sort_keys=True),
            # dbt turns every event into text once for each log; results come back as objects anyway.
            "--log-level", "none",
            "--log-level-file", "none",
        ]  # fmt: skip
        runner = dbtRunner(manifest=self._manifest, callbacks=[listen])
        with _environment(self):
            try:
                return runner.invoke([*arguments, *common])
            finally:
                _close_connections()


@contextlib.contextmanager
def _environment(dbt: Dbt) -> Iterator[None]:
    """dbt reads its paths from the environment; put back what was there."""
    wanted = _QUIET | {
        "EMBUDO_WAREHOUSE": str(dbt.warehouse),
        "EMBUDO_MARTS": str(dbt.marts),
        "EMBUDO_MEMORY_LIMIT": dbt.memory_limit,
        "EMBUDO_DUCKDB_THREADS": str(threads(at_once=_NODES_AT_ONCE)),
    }
    before = {key: os.environ.get(key) for key in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value


def _close_connections() -> None:
    """Close dbt-duckdb's connection, which otherwise keeps the files locked until the process ends."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()


def is_intact(cache: Path) -> bool:
    """Whether a parsed project is there and as it was written; a corrupt one is parsed again."""
    try:
        sums = json.loads((cache / _SUMS).read_text(encoding="utf-8"))
        return all(sums[name] == _sha256(cache / name) for name in _PARSED)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _abandoned(folder: Path) -> list[Path]:
    """What parses left that were killed: their folders are named after a process that is gone."""
    return [path for path in folder.glob("*.tmp") if not is_alive(path.name.split(".")[-2])]


def _read_manifest(binary: Path) -> Manifest:
    from dbt.contracts.graph.manifest import Manifest

    manifest = Manifest.from_msgpack(binary.read_bytes())
    manifest.build_flat_graph()
    manifest.rebuild_ref_lookup()
    manifest.rebuild_source_lookup()
    return manifest


def _write_manifest(manifest: Manifest, folder: Path) -> None:
    """The three forms that a parse leaves; only after dbt ran in this process, which sets its flags."""
    from dbt.contracts.graph.semantic_manifest import SemanticManifest
    from dbt.parser.manifest import extended_mashumaro_encoder

    (folder / _BINARY_MANIFEST).write_bytes(manifest.to_msgpack(extended_mashumaro_encoder))
    manifest.write(str(folder / "manifest.json"))
    SemanticManifest(manifest).write_json_to_file(str(folder / "semantic_manifest.json"))


def _node_result(result: Any) -> NodeResult:
    return NodeResult(
        unique_id=result.node.unique_id,
        status=str(result.status),
        seconds=result.execution_time,
        message=(result.message or "").strip(),
        failures=result.failures or 0,
    )


def _reason(outcome: Any) -> str:
    if outcome.exception is not None:
        return str(outcome.exception).strip()
    broken = [r for r in getattr(outcome.result, "results", []) if str(r.status) == "error"]
    return broken[0].message if broken else "see logs/dbt.log"
