"""Gate 2: what dbt's tests found, as check results with the keys of the rows that fail.

It reads dbt's manifest and the compiled SQL that dbt leaves; running dbt belongs to
`transformation`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from orchestration.core.records import CheckResult, Severity
from orchestration.quality.databases import Databases, identifier
from orchestration.quality.judgement import could_not_run, judged
from orchestration.quality.masking import KEPT, SAMPLES, is_shown, shown, shown_columns, shown_text

MODELS_BUILT = "dbt.models_built"

_MORE = 0.1
_FEW = 20
"""By how much of its model's rows, and how many, a test that warns may warn of more than before."""


class NodeOutcome(Protocol):
    """How one model, seed or test ended, as `transformation` tells it."""

    @property
    def unique_id(self) -> str:
        """dbt's id, e.g. `test.embudo.is_key_dim_reps_rep_version_key.1a2b`."""

    @property
    def status(self) -> str:
        """dbt's word: success, pass, warn, fail, error, skipped."""

    @property
    def seconds(self) -> float:
        """Wall time."""

    @property
    def message(self) -> str:
        """dbt's message."""

    @property
    def failures(self) -> int:
        """Failing rows of a test."""


def dbt_check_names(manifest: Mapping[str, Any], *, unit_tests: bool = False) -> dict[str, str]:
    """Names of the checks that dbt has to bring, with the model each looks at.

    Every enabled data test counts; unit tests look at SQL and not at data, so they are asked for
    only where `unit_tests` says so.
    """
    names = {
        _name(node): _model_of(node, manifest) for node in _tests(manifest, unit_tests=unit_tests)
    }
    return {MODELS_BUILT: "all models", **names}


def check_dbt(
    outcomes: Iterable[NodeOutcome],
    *,
    manifest: Mapping[str, Any],
    artifacts: Path,
    databases: Databases,
    unit_tests: bool = False,
    previous: Path | None = None,
) -> tuple[CheckResult, ...]:
    """One result a test, and one for the models as a whole. Where a node ran twice, the last
    counts.

    A test that only warns stands for what real companies live with, such as orders of unknown accounts.
    It has a limit all the same, once there is a release (in folder `previous`): a tenth of the model's
    rows more than in that one.

    A required test without an outcome brings no result, so that it is missing from the receipt.
    `artifacts` is dbt's target folder; `databases` are the candidate's, closed by dbt.
    """
    by_id = {outcome.unique_id: outcome for outcome in outcomes}
    results = [_models_built(by_id.values(), manifest)]
    before = _shares(previous) if previous is not None else None
    for node in _tests(manifest, unit_tests=True):
        outcome = by_id.get(node["unique_id"])
        if outcome is None:
            continue
        limit = None
        if outcome.status == "warn" and before is not None:
            limit = _warn_limit(node, manifest, databases, before.get(_name(node), 0.0))
        results.append(_test_result(node, outcome, manifest, artifacts, databases, limit))
    return tuple(results)


def _shares(previous: Path) -> dict[str, float]:
    """Check to the share of its model's rows that it warned of in a release."""
    import duckdb

    marts = previous / "marts.duckdb"
    try:
        with duckdb.connect(str(marts), read_only=True) as connection:
            rows = connection.execute(
                "select check_name, failures / estimated_size from quality.checks "
                "join duckdb_tables() on table_name = subject "
                "where gate = 2 and failures > 0 and estimated_size > 0"
            ).fetchall()
    except duckdb.CatalogException:
        return {}
    return {str(name): float(share) for name, share in rows}


def _warn_limit(
    node: Mapping[str, Any], manifest: Mapping[str, Any], databases: Databases, share: float
) -> int | None:
    """How many rows may fail; None for tests that are not of one model."""
    model = manifest["nodes"].get(node.get("attached_node") or "")
    if model is None:
        return None
    try:
        with databases.open() as connection:
            row = connection.execute(f"select count(*) from {_relation(model)}").fetchone()
    except databases.errors:
        return 0
    return int((share + _MORE) * (row[0] if row else 0)) + _FEW


def _models_built(outcomes: Iterable[NodeOutcome], manifest: Mapping[str, Any]) -> CheckResult:
    built = [o for o in outcomes if o.unique_id.split(".")[0] in ("model", "seed", "snapshot")]
    broken = [o.unique_id.split(".")[2] for o in built if o.status != "success"]
    observed = f"{len(built) - len(broken)} of {len(built)} built"
    expected = "every model and seed that was begun is built"
    if broken:
        # what is not there cannot be looked at, nor accepted
        return could_not_run(
            gate=2,
            name=MODELS_BUILT,
            subject="all models",
            expected=expected,
            reason=f"{observed}; not {', '.join(sorted(broken)[:SAMPLES])}",
        )
    return judged(
        gate=2,
        name=MODELS_BUILT,
        subject="all models",
        good=True,
        observed=observed,
        expected=expected,
    )


def _test_result(
    node: Mapping[str, Any],
    outcome: NodeOutcome,
    manifest: Mapping[str, Any],
    artifacts: Path,
    databases: Databases,
    warn_limit: int | None,
) -> CheckResult:
    name, model = _name(node), _model_of(node, manifest)
    expected = _expected(node)
    if outcome.status not in ("pass", "warn", "fail"):
        reason = f"dbt says {outcome.status}" + (f": {outcome.message}" if outcome.message else "")
        return could_not_run(gate=2, name=name, subject=model, expected=expected, reason=reason)
    severity: Severity = "error" if outcome.status == "fail" else "warn"
    keys: tuple[str, ...] = ()
    if outcome.status != "pass" and node["resource_type"] == "test":
        keys = failed_keys(node, manifest=manifest, artifacts=artifacts, databases=databases)
    return judged(
        gate=2,
        name=name,
        subject=model,
        good=outcome.status == "pass",
        severity=severity if outcome.status != "pass" else _severity(node),
        observed=f"{outcome.failures:,} row(s)"
        if node["resource_type"] == "test"
        else shown_text(outcome.status),
        expected=expected,
        failures=outcome.failures,
        keys=keys,
        warn_limit=warn_limit,
        seconds=outcome.seconds,
    )


def failed_keys(
    node: Mapping[str, Any],
    *,
    manifest: Mapping[str, Any],
    artifacts: Path,
    databases: Databases,
) -> tuple[str, ...]:
    """Keys of the rows that fail a test, as many as are kept; none where no key column can be told
    from contact data.
    """
    compiled = _compiled_sql(node, artifacts)
    if compiled is None:
        return ()
    try:
        with databases.open() as connection:
            columns = [row[0] for row in connection.execute(f"describe ({compiled})").fetchall()]
            by_key = _model_key_query(node, manifest, compiled, columns)
            if by_key is None:
                wanted = shown_columns(columns) or _aliased_key(node, columns)
                if not wanted:
                    return ()
                picked = " || '|' || ".join(
                    f"coalesce({identifier(c)}::varchar, '')" for c in wanted
                )
                by_key = f"select {picked} from ({compiled})"
            rows = connection.execute(f"select * from ({by_key}) limit {KEPT}").fetchall()
    except databases.errors:
        return ()
    return shown(row[0] for row in rows)


def _model_key_query(
    node: Mapping[str, Any], manifest: Mapping[str, Any], compiled: str, columns: Collection[str]
) -> str | None:
    """The model's own keys for generic tests whose failing rows do not carry them."""
    kind = _kind(node)
    tested = node.get("column_name")
    model = manifest["nodes"].get(node.get("attached_node") or "")
    if model is None or not tested or kind not in ("not_null", "accepted_values"):
        return None
    keys = [key for key in _keys_of(model, manifest) if is_shown(key) and key != tested]
    if not keys:
        return None
    relation = _relation(model)
    key, column = identifier(keys[0]), identifier(tested)
    if kind == "not_null":
        return f"select {key} from {relation} where {column} is null"
    if "value_field" not in columns:
        return None
    return f"select {key} from {relation} where {column} in (select value_field from ({compiled}))"


def _relation(model: Mapping[str, Any]) -> str:
    parts = (model["database"], model["schema"], model.get("alias") or model["name"])
    return ".".join(identifier(part) for part in parts)


def _keys_of(model: Mapping[str, Any], manifest: Mapping[str, Any]) -> list[str]:
    known = [
        str(test["column_name"])
        for test in _tests(manifest, unit_tests=False)
        if test.get("attached_node") == model["unique_id"] and _kind(test) == "is_key"
    ]
    return known or [column for column in model.get("columns", {}) if column.endswith("_key")]


def _aliased_key(node: Mapping[str, Any], columns: Collection[str]) -> tuple[str, ...]:
    """dbt calls the tested column `unique_field` or `from_field`: shown where the column may be."""
    tested = node.get("column_name") or ""
    if not is_shown(tested):
        return ()
    return tuple(
        column for column in ("unique_field", "from_field", "value_field") if column in columns
    )


def _compiled_sql(node: Mapping[str, Any], artifacts: Path) -> str | None:
    if node.get("compiled_code"):
        return str(node["compiled_code"])
    folder = artifacts / "compiled" / str(node["package_name"])
    name = Path(str(node["path"])).name
    for path in (
        folder / str(node["original_file_path"]) / name,
        folder / str(node["original_file_path"]),
    ):
        if path.is_file():
            return path.read_text(encoding="utf-8").strip().rstrip(";")
    return None


def _tests(manifest: Mapping[str, Any], *, unit_tests: bool) -> list[Mapping[str, Any]]:
    found = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    if unit_tests:
        found += list(manifest.get("unit_tests", {}).values())
    return found


def _kind(test: Mapping[str, Any]) -> str | None:
    """The generic test that it is; None for SQL of its own."""
    return (test.get("test_metadata") or {}).get("name")


def _name(node: Mapping[str, Any]) -> str:
    return f"dbt.{node['name']}"


def _model_of(node: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    attached = node.get("attached_node") or next(
        iter((node.get("depends_on") or {}).get("nodes", [])), ""
    )
    return attached.split(".")[2] if attached.count(".") >= 2 else str(node["name"])


def _severity(node: Mapping[str, Any]) -> Severity:
    return (
        "warn" if str((node.get("config") or {}).get("severity", "")).lower() == "warn" else "error"
    )


def _expected(node: Mapping[str, Any]) -> str:
    if node["resource_type"] == "unit_test":
        return "the unit test's rows"
    if node.get("description"):
        return " ".join(str(node["description"]).split())
    kind = _kind(node)
    column = node.get("column_name")
    return f"{column} {str(kind).replace('_', ' ')}" if kind and column else "no rows"
