"""Tokens of a rep and of a manager (I9): each figure is that of the same query over their rows alone.

The rows of everybody else are deleted from a copy of the release; metrics of the copy are what a scope must answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import pytest

from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest
from tests.conftest import Embudo
from tests.e2e.served import Served, serving

pytestmark = pytest.mark.slow

OF_REPS = ("fct_%", "dim_contacts", "dim_customers")
"""Tables with one rep per row that metrics count."""
TABLES = """
select table_schema || '.' || table_name
from information_schema.columns join information_schema.tables using (table_schema, table_name)
where column_name = 'rep_version_key' and table_type = 'BASE TABLE' and table_name like ?
"""


@dataclass(frozen=True)
class Role:
    """A token, and the metrics of a release that has its rows alone."""

    token: str
    dimension: str
    value: str
    cut: SemanticLayer


@pytest.fixture(scope="module")
def served(company: Embudo) -> Iterator[Served]:
    with serving(company, "roles") as served:
        yield served


@pytest.fixture(scope="module", params=["rep", "manager"])
def role(
    request: pytest.FixtureRequest, company: Embudo, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Role]:
    release = (company.home / "current").resolve()
    column, dimension = {"rep": ("rep_key", "rep__key"), "manager": ("team", "rep__team")}[
        request.param
    ]
    value, copy = cut_release(
        release, tmp_path_factory.mktemp(request.param) / release.name, column
    )
    token = company(
        "token", "create", f"role-{request.param}", "--role", request.param, "--scope", value
    ).stdout.strip()
    with SemanticLayer.open(copy) as cut:
        yield Role(token, dimension, value, cut)


def cut_release(release: Path, copy: Path, column: str) -> tuple[str, Path]:
    """A copy with the rows of the busiest rep or team alone, and who that is."""
    copy.mkdir()
    for name in ("manifest.json", "semantic_manifest.json", "release.json", "marts.duckdb"):
        (copy / name).write_bytes((release / name).read_bytes())
    with duckdb.connect(copy / "marts.duckdb") as marts:
        (value,) = marts.execute(
            f"select dim_reps.{column} from core.dim_reps join customer.fct_orders using (rep_version_key) "
            "group by 1 order by count(*) desc, 1 limit 1"
        ).fetchone() or ("",)
        for pattern in OF_REPS:
            tables = marts.execute(TABLES, [pattern]).fetchall()
            for (table,) in tables:
                marts.execute(
                    f"delete from {table} where rep_version_key is null or rep_version_key not in "
                    f"(select rep_version_key from core.dim_reps where {column} = ?)",
                    [value],
                )
    return str(value), copy


def by_month(layer: SemanticLayer, name: str) -> dict[str, Any] | None:
    """A query of a metric by month; None where it has none."""
    times = {d.name: d.grains for d in layer.dimensions([name])}
    if "month" not in times.get("metric_time", ()):
        return None
    return {"metrics": [name], "group_by": ["metric_time__month"]}


def figures(rows: list[dict[str, Any]], name: str) -> dict[str, float]:
    """Values by month; an empty one is none."""
    return {
        str(row["metric_time__month"]): float(row[name])
        for row in rows
        if row[name] is not None and math.isfinite(float(row[name]))
    }


def different(ours: dict[str, float], theirs: dict[str, float]) -> dict[str, Any]:
    return {
        month: (ours.get(month), theirs.get(month))
        for month in {*ours, *theirs}
        if month not in ours
        or month not in theirs
        or not math.isclose(ours[month], theirs[month], rel_tol=1e-9, abs_tol=1e-9)
    }


@pytest.mark.filterwarnings("ignore:Cannot disable autocommit")
def test_figures_are_those_of_the_rows_of_the_role(served: Served, role: Role) -> None:
    """Every third metric by REST, GraphQL, Flight SQL and SQL; metrics that are not of reps are closed."""
    mine = served.as_caller(role.token)
    sdk = import_module("dbtsl.api.graphql.client.sync")
    graphql = sdk.SyncGraphQLClient(
        server_host="unused", environment_id=1, auth_token=role.token,
        url_format=f"{served.url}/api/graphql", lazy=True,
    )  # fmt: skip
    adbc = import_module("adbc_driver_flightsql")
    dbapi = import_module("adbc_driver_flightsql.dbapi")
    options = {adbc.DatabaseOptions.AUTHORIZATION_HEADER.value: f"Bearer {role.token}"}
    compared, closed, seen = 0, 0, 0
    with (
        graphql.session(),
        dbapi.connect(served.flight_url, db_kwargs=options, autocommit=True) as connection,
        connection.cursor() as cursor,
    ):
        for name in list(role.cut.catalogue.metrics)[::3]:
            query = by_month(role.cut, name)
            if query is None:
                continue
            answer = mine.get("/api/v1/query", metrics=name, group_by="metric_time__month")
            if role.dimension not in {d.name for d in role.cut.dimensions([name])}:
                assert answer.status_code == 400 and "closed" in answer.text, name
                with pytest.raises(Exception, match="closed"):
                    graphql.query(**query)
                closed += 1
                continue
            request = QueryRequest(metrics=(name,), group_by=("metric_time__month",))
            expected = figures(role.cut.query(request).table.to_pylist(), name)
            cursor.execute(f"select metric_time__month, {name} from metrics")
            answers = {
                "rest": answer.json()["rows"],
                "graphql": graphql.query(**query).to_pylist(),
                "sql": cursor.fetch_arrow_table().to_pylist(),
            }
            for protocol, rows in answers.items():
                assert different(figures(rows, name), expected) == {}, (name, protocol)
            compared += 1
            seen += bool(expected)
    assert compared >= 30 and closed >= 3 and seen >= 25


def test_nobody_else_shows(served: Served, role: Role, company: Embudo) -> None:
    """Names of other people, in groups, filters, values, saved queries and definitions."""
    mine = served.as_caller(role.token)
    with SemanticLayer.open(company.home / "current") as everybody:
        names = {
            row["rep__name"]
            for row in everybody.query(
                QueryRequest(metrics=("revenue",), group_by=("rep__name",))
            ).table.to_pylist()
            if row["rep__name"]
        }
    own = {
        row["rep__name"]
        for row in role.cut.query(
            QueryRequest(metrics=("revenue", "calls"), group_by=("rep__name",))
        ).table.to_pylist()
        if row["rep__name"]
    }
    others = names - own
    assert own and others
    searched = min(others)
    answers = [
        mine.get("/api/v1/query", metrics="revenue,calls", group_by="rep__name"),
        mine.get("/api/v1/query", metrics="revenue", group_by="rep__name", where=f"rep__name = '{searched}' or true"),
        mine.get("/api/v1/query", saved_query="rep_scorecard"),
        mine.get("/api/v1/dimensions/rep__name/values", metrics="revenue"),
        mine.get("/api/v1/metrics/revenue"),
    ]  # fmt: skip
    for answer in answers:
        assert answer.status_code == 200, answer.text
    refused = [
        mine.get("/api/v1/dimensions/rep__name/values"),
        mine.get("/api/v1/query", metrics="win_rate", group_by="deal__agent_name"),
        mine.get("/api/v1/query", metrics="win_rate", group_by="deal__contact__rep"),
        mine.get("/api/v1/query", metrics="marketing_spend"),
    ]
    assert {answer.status_code for answer in refused} == {400}
    for answer in [*answers, *refused]:
        shown = {name for name in others if name in answer.text and name != searched}
        assert shown == set(), answer.url
