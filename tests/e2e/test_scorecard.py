"""Scorecard and alerts of the made-up company, compared with hand-written SQL, algebra and the metrics."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.refresh.evaluation import as_of_of, write_computed_tables
from orchestration.transformation.project import PARSE_CACHE_VARIABLE
from scorecards.cadence import SCOPES
from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest
from tests.conftest import Embudo

pytestmark = pytest.mark.slow

AS_OF = "timestamp '2026-06-30 21:59:59'"
"""The last second of 30 June in Madrid: after everything that the company did."""


@pytest.fixture(scope="module")
def marts(
    company: Embudo, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy: connections of one process to one file have to share their settings."""
    copy = tmp_path_factory.mktemp("marts") / "marts.duckdb"
    shutil.copy(company.home / "current" / "marts.duckdb", copy)
    with duckdb.connect(str(copy), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def differences(connection: duckdb.DuckDBPyConnection, ours: str, theirs: str) -> int:
    """Rows that one of two queries has and the other has not."""
    row = connection.execute(
        f"select count(*) from (({ours} except all {theirs}) union all ({theirs} except all {ours}))"
    ).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(
    ("metric", "scope", "grain", "theirs"),
    [
        (
            "revenue", "team", "month",
            "select r.team, date_trunc('month', l.ordered_on), sum(l.net_amount) "
            "from customer.fct_order_lines l join core.dim_reps r using (rep_version_key) "
            "where not l.is_cancelled group by all",
        ),
        (
            "opportunities_won", "rep", "week",
            "select rep_key, date_trunc('week', closed_on), count(*) from funnel.fct_deals "
            "where status = 'won' and closed_on >= '2025-06-30' group by all",
        ),
        (
            "win_rate", "region", "month",
            "select r.region, date_trunc('month', d.closed_on), "
            "count(*) filter (d.status = 'won') / count(*) from funnel.fct_deals d "
            "join core.dim_reps r using (rep_version_key) where d.status in ('won', 'lost') group by all",
        ),
        (
            "connected_calls", "company", "day",
            "select 'company', started_on, count(*) from activity.fct_calls "
            "where is_connected and started_on > '2026-04-01' group by all",
        ),
        (
            "active_customers", "region", "quarter",
            "select r.region, date_trunc('quarter', l.ordered_on), count(distinct l.customer_key) "
            "from customer.fct_order_lines l join core.dim_reps r using (rep_version_key) "
            "where not l.is_cancelled and l.kind = 'sale' group by all",
        ),
    ],
)  # fmt: skip
def test_values_are_those_of_sql_by_hand(
    marts: duckdb.DuckDBPyConnection, metric: str, scope: str, grain: str, theirs: str
) -> None:
    """I7; a value of zero is a period in which the hand-written SQL finds no row."""
    ours = (
        "select scope_key, period_start, round(value, 6) from performance.scorecard "
        f"where metric = '{metric}' and scope = '{scope}' and grain = '{grain}' and value > 0"
    )
    row = marts.execute(f"select count(*) from ({ours})").fetchone()
    assert row is not None and row[0] > 4
    by_hand = (
        f"select k, cast(p as date), round(cast(v as double), 6) from ({theirs}) as t(k, p, v) "
        "where k is not null and v > 0"
    )
    assert differences(marts, ours, by_hand) == 0


@pytest.mark.parametrize(
    ("metric", "without_rep"),
    [
        (
            "revenue",
            "select ordered_on, net_amount from customer.fct_order_lines "
            "where not is_cancelled and rep_version_key is null",
        ),
        (
            "outbound_calls",
            "select started_on, 1 from activity.fct_calls "
            "where direction = 'outbound' and rep_version_key is null",
        ),
        ("opportunities_created", "select null::date, 0"),
    ],
)
@pytest.mark.parametrize("scope", ["rep", "team", "region"])
def test_the_parts_add_up_to_the_company(
    marts: duckdb.DuckDBPyConnection, metric: str, without_rep: str, scope: str
) -> None:
    """Reps, teams or regions, and what has no rep, add up to the company."""
    chosen = f"from performance.scorecard where metric = '{metric}' and grain = 'month'"
    parts = (
        "select period_start, round(sum(value), 4) from ("
        f"select period_start, value {chosen} and scope = '{scope}' union all "
        f"select date_trunc('month', p)::date, v::double from ({without_rep}) as t(p, v) "
        "where p is not null) group by all"
    )
    whole = f"select period_start, round(value, 4) {chosen} and scope = 'company'"
    assert marts.execute(f"select count(*) from ({whole})").fetchone() == (24,)
    assert differences(marts, parts, whole) == 0


def test_a_rep_who_moved_leaves_the_past_in_the_old_team(marts: duckdb.DuckDBPyConnection) -> None:
    """Orders before the move are the old team's, those after it the new one's, in the month of the move too."""
    movers = marts.execute(
        "select rep_key, team, lead(team) over w, valid_to_at from core.dim_reps "
        "window w as (partition by rep_key order by valid_from_at) "
        "qualify not is_latest and team <> lead(team) over w"
    ).fetchall()
    assert movers, "the made-up company has reps who move"
    for rep, old, new, moved_at in movers:
        rows = marts.execute(
            "select period_start, team from performance.scorecard where scope = 'rep' and scope_key = ? "
            "and metric = 'revenue' and grain = 'month'",
            [rep],
        ).fetchall()
        first_after = date(moved_at.year, moved_at.month, 1)
        assert {team for start, team in rows if start < first_after} <= {old}
        assert {team for start, team in rows if start >= first_after} <= {new}
        for team in (old, new):
            ours = (
                "select period_start, round(value, 4) from performance.scorecard where scope = 'team' "
                f"and scope_key = '{team}' and metric = 'revenue' and grain = 'month' and value > 0"
            )
            # Who was in the team on the day of the order, calculated from the versions by hand.
            theirs = f"""
                select date_trunc('month', ordered_on)::date, round(sum(net_amount)::double, 4)
                from customer.fct_order_lines l
                where not is_cancelled and exists (
                    from core.dim_reps r where r.rep_key = l.rep_key and r.team = '{team}'
                        and l.rep_version_key = r.rep_version_key
                        and l.ordered_on >= (r.valid_from_at at time zone 'UTC' at time zone 'Europe/Madrid')::date
                        and l.ordered_on <= (r.valid_to_at at time zone 'UTC' at time zone 'Europe/Madrid')::date
                )
                group by all having sum(net_amount) > 0
            """
            assert differences(marts, ours, theirs) == 0


def test_other_periods_are_those_of_the_values(marts: duckdb.DuckDBPyConnection) -> None:
    """Each previous_value and same_period_last_year is the value of the row that it refers to."""
    steps = {
        "month": ("1 month", "12 month"),
        "quarter": ("3 month", "12 month"),
        "week": ("7 day", "364 day"),
        "day": ("1 day", "364 day"),
    }
    for grain, (period, year) in steps.items():
        for column, step in (("previous_value", period), ("same_period_last_year", year)):
            row = marts.execute(
                f"""
                select count(*), count(b.value), count(*) filter (a.{column} is distinct from b.value)
                from performance.scorecard a
                join performance.scorecard b using (metric, scope, scope_key, grain)
                where a.grain = '{grain}' and b.period_start = a.period_start - interval {step}
                """
            ).fetchone()
            assert row is not None
            compared, valued, different = row
            assert different == 0
            if (grain, column) != ("day", "same_period_last_year"):
                assert valued > 100 and compared >= valued


def test_targets_are_those_of_the_exports(marts: duckdb.DuckDBPyConnection) -> None:
    """Quota of a rep and month in the metric, target in the scorecard: one figure."""
    ours = (
        "select scope_key, period_start, round(target_with_growth::double, 2) from performance.scorecard "
        "where scope = 'rep' and metric = 'revenue' and grain = 'month' and target is not null"
    )
    theirs = (
        "select rep_key, month_start_on, round(quota_amount::double, 2) from performance.fct_quotas "
        "where month_start_on <= '2026-06-30'"
    )
    assert differences(marts, ours, theirs) == 0
    row = marts.execute(
        "select count(*) filter (value >= target_with_growth and status <> 'on_track'), "
        "count(*) filter (value < 0.9 * target_with_growth and status <> 'off_track'), "
        "count(distinct status) from performance.scorecard where metric = 'revenue' "
        "and grain = 'month' and target is not null"
    ).fetchone()
    assert row == (0, 0, 3)


ALERTS = {
    "task_overdue": f"select task_key from activity.fct_tasks where completed_at is null and due_at < {AS_OF} "
    f"or completed_at > {AS_OF} and due_at < {AS_OF}",
    "lead_unanswered": "select lead_key from funnel.fct_leads where first_touch_at is null "
    f"and not is_disqualified and deal_key is null and created_at < {AS_OF} - interval 24 hour "
    f"and created_at >= {AS_OF} - interval 90 day",
    "opportunity_stale": "select deal_key from funnel.fct_open_deals where is_stale",
    "missed_call_not_returned": "select call_key from activity.fct_calls where direction = 'inbound' "
    "and disposition <> 'answered' and is_number_known and returned_at is null "
    f"and started_at < {AS_OF} - interval 24 hour and started_at >= {AS_OF} - interval 30 day",
    "customer_at_risk": "select customer_key from customer.fct_customer_month_ends "
    "where is_at_risk and month_end_on = '2026-06-30'",
    "rep_behind_pace": "select 'revenue|month|2026-06-01' from performance.fct_rep_months "
    "where month_start_on = '2026-06-01' and revenue_amount < 0.8 * quota_amount",
}


@pytest.mark.parametrize("rule", ALERTS)
def test_alerts_are_those_of_sql_by_hand(marts: duckdb.DuckDBPyConnection, rule: str) -> None:
    ours = f"select subject_key from performance.alerts where rule = '{rule}'"
    assert marts.execute(f"select count(*) > 0 from ({ours})").fetchone() == (True,)
    assert differences(marts, ours, ALERTS[rule]) == 0


def test_alerts_hold_no_contact_data(marts: duckdb.DuckDBPyConnection) -> None:
    """I9: keys, never a postal address, email address or phone number."""
    row = marts.execute(
        "select count(*) filter (alerts::varchar similar to '.*(@|\\+\\d{6}).*'), count(*) "
        "from performance.alerts"
    ).fetchone()
    assert row is not None and row[0] == 0 and row[1] > 50


def test_every_value_is_that_of_its_metric(company: Embudo) -> None:
    """I7: each metric by month, queried by rep, team or region alone, gives the scorecard's values."""
    with SemanticLayer.open(company.home / "current") as layer:
        stored = {
            (row["metric"], row["scope"], row["scope_key"], row["period_start"]): row["value"]
            for row in layer.rows(
                "select metric, scope, scope_key, period_start, value from performance.scorecard "
                "where grain = 'month' and scope <> 'company' and value is not null"
            )
        }
        pairs = sorted({(metric, scope) for metric, scope, _, _ in stored})
        assert len({metric for metric, _ in pairs}) > 90
        dimensions = {scope: dimension for dimension, scope in SCOPES.items()}
        wrong = []
        for metric, scope in pairs:
            dimension = dimensions[scope]
            request = QueryRequest(metrics=(metric,), group_by=(dimension,), grain="month")
            for row in layer.query(request).table.to_pylist():
                key, month, value = row[dimension], row["metric_time__month"], row[metric]
                if None in (key, month, value) or month > date(2026, 6, 30):
                    continue
                stored_value = stored.pop((metric, scope, key, month), None)
                if stored_value is None or abs(stored_value - float(value)) > 1e-9 * max(
                    1.0, abs(stored_value)
                ):
                    wrong.append((metric, scope, key, month, value, stored_value))
        assert wrong == []
        # What is left is zero where there was nothing, or a target without figures.
        assert set(stored.values()) == {0.0}


NORTE = "scope = 'region' and scope_key = 'Norte' and metric = 'revenue'"
KEYS = ("metric", "scope", "scope_key", "grain", "period_start")


@pytest.fixture(scope="module")
def edited(
    company: Embudo, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the release with one other target, benchmark and threshold, its scorecard rewritten.

    The tables as the release has them are `before_scorecard` and `before_alerts`.
    """
    release = (company.home / "current").resolve()
    copy = tmp_path_factory.mktemp("edited")
    for path in release.iterdir():
        if path.is_file():
            shutil.copy(path, copy / path.name)
            (copy / path.name).chmod(0o644)
    with duckdb.connect(str(copy / "marts.duckdb")) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for table in ("scorecard", "alerts"):
            connection.execute(f"create table before_{table} as from performance.{table}")
        edit_seeds(connection)
        rewrite_scorecard(connection, copy, release_id=release.name)
        yield connection


def edit_seeds(connection: duckdb.DuckDBPyConnection) -> None:
    """Change the target of May for Norte so that its status moves, one benchmark and one threshold."""
    (status,) = connection.execute(
        f"select status from performance.scorecard where {NORTE} and period_start = '2026-05-01' "
        "and grain = 'month'"
    ).fetchone() or ("",)
    target = 1 if status == "off_track" else 10**9
    connection.execute(
        f"update performance.fct_targets set target = {target}, target_with_growth = {target} + 1 "
        f"where {NORTE} and period_start_on = '2026-05-01'"
    )
    connection.execute(
        "update performance.dim_benchmarks set typical = 0.36 where metric = 'open_rate'"
    )
    connection.execute(
        "update performance.dim_alert_rules set threshold = 30 where rule = 'opportunity_stale'"
    )


def rewrite_scorecard(
    connection: duckdb.DuckDBPyConnection, folder: Path, *, release_id: str
) -> None:
    """Write scorecard and alerts from the marts of a release's copy, as a refresh does."""
    as_of, _ = as_of_of(folder / "warehouse.duckdb")
    layer = SemanticLayer.draft(
        folder / "semantic_manifest.json",
        folder / "manifest.json",
        folder,
        connection=connection,
        plans=Path(os.environ[PARSE_CACHE_VARIABLE]),
    )
    sources = connection.execute("select distinct source from quality.loads").fetchall()
    write_computed_tables(
        layer,
        connection,
        warehouse=folder / "warehouse.duckdb",
        release_id=release_id,
        newest_of_source=dict.fromkeys((source for (source,) in sources), as_of),
    )


def changed_rows(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The scorecard's rows that differ from the release's: their keys, and which columns differ."""
    columns = [
        name
        for (name,) in connection.execute(
            "select column_name from duckdb_columns() where table_name = 'before_scorecard'"
        ).fetchall()
        if name not in KEYS
    ]
    keys = ", ".join(KEYS)
    differ = ", ".join(f"a.{c} is distinct from b.{c} as {c}" for c in columns)
    rows = connection.execute(
        f"select {keys}, {differ} "
        f"from performance.scorecard a full join before_scorecard b using ({keys}) "
        "where hash(a) is distinct from hash(b)"
    ).fetchall()
    return [
        {
            **dict(zip(KEYS, row, strict=False)),
            "columns": {
                c for c, is_changed in zip(columns, row[len(KEYS) :], strict=True) if is_changed
            },
        }
        for row in rows
    ]


def test_a_target_and_a_benchmark_move_only_their_own_rows(
    edited: duckdb.DuckDBPyConnection,
) -> None:
    """Those rows differ from the release's, and no others."""
    rows = changed_rows(edited)
    moved: dict[str, set[str]] = {}
    for row in rows:
        moved.setdefault(row["metric"], set()).update(row["columns"])
    assert moved == {
        "revenue": {"target", "target_with_growth", "status", "attainment"},
        "open_rate": {"benchmark_typical"},
    }
    targets = [row for row in rows if row["metric"] == "revenue"]
    assert [(r["scope_key"], r["grain"], r["period_start"]) for r in targets] == [
        ("Norte", "month", date(2026, 5, 1))
    ]


def test_a_threshold_moves_only_its_own_alerts(edited: duckdb.DuckDBPyConnection) -> None:
    rules = edited.execute(
        "select distinct rule from ((from performance.alerts except all from before_alerts) "
        "union all (from before_alerts except all from performance.alerts))"
    ).fetchall()
    assert rules == [("opportunity_stale",)]
    assert differences(
        edited,
        "select subject_key from performance.alerts where rule = 'opportunity_stale'",
        f"select deal_key from funnel.fct_open_deals where idle_since_at <= {AS_OF} - interval 30 day",
    ) == 0  # fmt: skip


def scorecard(company: Embudo, *arguments: str) -> dict[str, Any]:
    return dict(json.loads(company("scorecard", *arguments, "--format", "json").stdout))


def test_the_scorecard_of_each_role(company: Embudo) -> None:
    """Each role sees its metrics; the default period is the last complete one."""
    company = Embudo(home=company.home)
    manager = scorecard(company, "manager")
    rows = {row["metric"]: row for row in manager["rows"]}
    assert manager["subject"] == {"scope": "company", "key": "company", "name": "company"}
    assert rows["revenue"]["period_start"] == "2026-06-01"
    assert rows["revenue"]["value"] == pytest.approx(
        company.query("revenue", "--where", "metric_time >= '2026-06-01'")[0]["revenue"]
    )
    assert rows["revenue"]["status"] in ("on_track", "watch", "off_track")
    calls = {row["family"] for row in scorecard(company, "call-center")["rows"]}
    assert calls == {"activity"}
    marketing = {
        row["family"] for row in scorecard(company, "marketing", "--period", "2026-05")["rows"]
    }
    assert marketing == {"leads", "email", "social", "marketing_return"}


def test_the_scorecard_of_a_rep(company: Embudo, marts: duckdb.DuckDBPyConnection) -> None:
    """By name, key or id; a metric of longer periods is shown by these."""
    company = Embudo(home=company.home)
    row = marts.execute(
        "select rep_key, rep_name, team from core.dim_reps where role = 'rep' and is_latest "
        "order by rep_key limit 1"
    ).fetchone()
    assert row is not None
    key, name, team = row
    by_name = scorecard(company, "rep", "--as", name, "--grain", "week", "--period", "2026-W26")
    assert by_name["subject"] == {"scope": "rep", "key": key, "name": name}
    assert {r["grain"] for r in by_name["rows"]} == {"week", "month"}
    assert {r["team"] for r in by_name["rows"]} == {team}
    assert by_name["rows"] == scorecard(
        company, "rep", "--as", key.partition(":")[2].lower(), "--period", "2026-W26"
    )["rows"]  # fmt: skip
    table = company("scorecard", "rep", "--as", key, "--lang", "es").stdout
    assert "Ingresos totales" in table and "Objetivo" in table
    listed = list(
        csv.DictReader(
            io.StringIO(company("scorecard", "manager", "--as", team, "--format", "csv").stdout)
        )
    )
    assert {r["scope_key"] for r in listed} == {team}


def test_a_name_that_nobody_has(company: Embudo) -> None:
    company = Embudo(home=company.home)
    failed = company("scorecard", "rep", "--as", "Nortte", expect=9)
    assert "There is no rep, team or region `Nortte`" in failed.stderr
    assert "Norte" in failed.stderr
    assert (
        "Write a day 2026-05-13" in company("scorecard", "rep", "--period", "June", expect=9).stderr
    )
    assert "Nearest: task_overdue" in company("alerts", "--rule", "tasks_overdue", expect=9).stderr


def test_alerts_for_people_and_programs(company: Embudo, marts: duckdb.DuckDBPyConnection) -> None:
    """The gravest first; only the requested ones."""
    company = Embudo(home=company.home)
    rows = json.loads(company("alerts", "--format", "json").stdout)["rows"]
    count = marts.execute("select count(*) from performance.alerts").fetchone()
    assert count == (len(rows),)
    order = ["critical", "warning", "info"]
    assert [order.index(row["severity"]) for row in rows] == sorted(
        order.index(row["severity"]) for row in rows
    )
    rep = next(row["rep_key"] for row in rows if row["rule"] == "task_overdue" and row["rep_key"])
    mine = json.loads(
        company("alerts", "--as", rep, "--rule", "task_overdue", "--format", "json").stdout
    )["rows"]
    assert mine == [r for r in rows if r["rule"] == "task_overdue" and r["rep_key"] == rep]
    output = company("alerts", "--severity", "critical", "--lang", "es", "--limit", "2").stdout
    assert "crítica" in output and "más" in output


@pytest.mark.parametrize(
    "command",
    [
        "status",
        "releases",
        "metrics",
        "scorecard director",
        "scorecard rep --lang es",
        "alerts --limit 5",
    ],
)
def test_eighty_columns_cut_nothing(command: str, company: Embudo) -> None:
    """On a terminal as narrow as they come, no name and no figure ends in dots."""
    output = company(*command.split(), COLUMNS="80").stdout
    assert max(len(line) for line in output.splitlines() if "/" not in line) <= 80
    assert "…" not in output
