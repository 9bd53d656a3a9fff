"""The analyst's loop on the made-up company: edit a copy of the project, query, see what moves, publish nothing."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import Embudo
from tests.e2e.factories import project_copy

pytestmark = pytest.mark.slow

UNITS_PER_ORDER = """
  - name: units_per_order
    type: ratio
    numerator: units_sold
    denominator: orders
    label: Units per order
    description: units_sold / orders; by order date.
    config:
      meta:
        family: revenue
        unit: ratio
        better: up
        cadence: monthly
        roles: [manager]
        owner: sales_operations
        objective: grow_revenue
        action: Offer bundles.
        label_es: Unidades por pedido
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project_copy(tmp_path_factory.mktemp("project"))


@contextmanager
def edited(path: Path, text: str) -> Iterator[None]:
    """The file with another text for a while."""
    before = path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


def difference(company: Embudo, project: Path, *options: str) -> dict[str, Any]:
    done = company("diff", *options, "--format", "json", EMBUDO_PROJECT=str(project))
    comparison: dict[str, Any] = json.loads(done.stdout)
    return comparison


def by_hand(company: Embudo, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(company.home / "current" / "marts.duckdb", read_only=True) as marts:
        return marts.execute(sql).fetchall()


def test_adding_a_metric_takes_one_yaml_entry(company: Embudo, project: Path) -> None:
    """I7: one entry in one file; it is queried before any refresh, and moves no other figure."""
    path = project / "models" / "metrics" / "revenue.yml"
    here = {"EMBUDO_PROJECT": str(project)}
    with edited(path, path.read_text(encoding="utf-8") + UNITS_PER_ORDER):
        assert "units_per_order" in company("validate", **here).stdout
        answer = company("query", "units_per_order", "--draft", "--format", "json", **here)
        (row,) = json.loads(answer.stdout)["rows"]
        ((units, orders),) = by_hand(
            company,
            "select (select sum(quantity) from customer.fct_order_lines where not is_cancelled), "
            "(select count(*) from customer.fct_orders where not is_cancelled and kind = 'sale')",
        )
        assert row["units_per_order"] == pytest.approx(float(units) / orders, rel=1e-12)
        comparison = difference(company, project)
    added = {"metric": "units_per_order", "change": "added", "fields": []}
    assert (comparison["definitions"], comparison["moves"], comparison["tables"]) == (
        [added],
        [],
        [],
    )


def test_nothing_edited_moves_nothing(company: Embudo, project: Path) -> None:
    """I4: the same project on the same release; the answer is one line and exit code 0."""
    assert "Nothing moves." in company("diff", EMBUDO_PROJECT=str(project)).stdout
    assert "Nada se mueve." in company("diff", "--lang", "es", EMBUDO_PROJECT=str(project)).stdout


def test_a_stage_probability_moves_the_weighted_pipeline_alone(
    company: Embudo, project: Path
) -> None:
    """`Propuesta` from 0.50 to 0.60: a tenth of what stands in that stage on the last day of each month."""
    stages = project / "seeds" / "stages.csv"
    text = stages.read_text(encoding="utf-8")
    changed = text.replace("default,Propuesta,4,0.50,", "default,Propuesta,4,0.60,")
    assert changed != text
    releases = sorted((company.home / "releases").iterdir())
    with edited(stages, changed):
        assert difference(company, project)["unbuilt"] == ["seed stages"]
        comparison = difference(company, project, "--rebuild")
    expected = dict(
        by_hand(
            company,
            """
            with last_days as (
                select max(snapshot_on) as day from funnel.fct_open_deals_daily
                group by date_trunc('month', snapshot_on)
            )
            select strftime(day, '%Y-%m-01'), 0.1 * sum(amount) filter (stage = 'Propuesta')
            from last_days join funnel.fct_open_deals_daily on snapshot_on = day
            group by all having sum(amount) filter (stage = 'Propuesta') > 0
            """,
        )
    )
    assert {move["metric"] for move in comparison["moves"]} == {"weighted_pipeline_value"}
    moved = {move["period_start"]: move["difference"] for move in comparison["moves"]}
    assert moved == pytest.approx({day: float(value) for day, value in expected.items()})
    tables = {change["table"]: change for change in comparison["tables"]}
    assert tables["seeds.stages"]["only_after"] == 1
    assert set(tables) == {"seeds.stages", "funnel.fct_open_deals_daily"}
    assert comparison["definitions"] == []
    assert sorted((company.home / "releases").iterdir()) == releases
    assert list((company.home / "scratch").iterdir()) == []


def test_a_threshold_moves_the_figures_of_the_models_that_read_it(
    company: Embudo, project: Path
) -> None:
    """A conversation from 45 seconds of talk, not from 30: the calls in between no longer count."""
    settings = project / "dbt_project.yml"
    text = settings.read_text(encoding="utf-8")
    changed = text.replace("conversation_seconds: 30", "conversation_seconds: 45")
    assert changed != text
    with edited(settings, changed):
        assert difference(company, project)["unbuilt"] == ["var conversation_seconds"]
        comparison = difference(company, project, "--rebuild", "--metric", "conversations")
    shorter = dict(
        by_hand(
            company,
            """
            select strftime(activities.started_on, '%Y-%m-01'), -count(*)
            from activity.fct_activities as activities
            join activity.fct_calls as calls on activities.activity_key = 'call/' || calls.call_key
            where calls.is_connected and calls.talk_seconds >= 30 and calls.talk_seconds < 45
            group by all
            """,
        )
    )
    moved = {move["period_start"]: move["difference"] for move in comparison["moves"]}
    assert moved == pytest.approx({day: float(count) for day, count in shorter.items()})
    assert moved and comparison["unbuilt"] == [] and comparison["definitions"] == []


def test_a_fault_in_a_seed_is_named_by_line_and_column(company: Embudo, project: Path) -> None:
    """Before dbt builds anything; a fault that a spreadsheet makes (`1.000,50`), and one of the typist's."""
    targets = project / "seeds" / "targets.csv"
    rows = targets.read_text(encoding="utf-8") + (
        'revenue,team,Norte,month,2026-05-01,"1.000,50",,2026-05-01,6\n'
        "revenu,team,,month,2026-05-15,1000,,2026-05-01,6\n"
    )
    line = rows.count("\n")
    with edited(targets, rows):
        failed = company("validate", expect=2, EMBUDO_PROJECT=str(project)).stderr
    message = " ".join(failed.split())
    assert "4 fault(s) in seeds; nothing was built" in message
    assert f"seeds/targets.csv line {line - 1}, target: `1.000,50` is no number" in message
    assert f"seeds/targets.csv line {line}, metric: there is no metric `revenu`" in message
    assert f"line {line}, scope_key: it is empty, expected the team" in message
    assert f"line {line}, period_start: `2026-05-15` is not the first day of a month" in message


def test_a_target_moves_what_is_compared_with_it_and_that_month_alone(
    company: Embudo, project: Path
) -> None:
    """One rep's quota of May 2026 is doubled; revenue and other months stay."""
    ((rep, quota),) = by_hand(
        company,
        "select rep_key, quota_amount from performance.fct_quotas "
        "where month_start_on = date '2026-05-01' order by quota_amount desc, rep_key limit 1",
    )
    name = by_hand(
        company, f"select any_value(rep_name) from core.dim_reps where rep_key = '{rep}'"
    )
    targets = project / "seeds" / "targets.csv"
    row = f"revenue,rep,{name[0][0]},month,2026-05-01,{2 * quota},,2026-06-01,6\n"
    with edited(targets, targets.read_text(encoding="utf-8") + row):
        comparison = difference(company, project, "--rebuild")
        rows = list(
            csv.DictReader(
                company(
                    "diff", "--rebuild", "--metric", "quota", "--by", "rep__key", "--format", "csv",
                    EMBUDO_PROJECT=str(project),
                ).stdout.splitlines()
            )
        )  # fmt: skip
    moved = {move["metric"] for move in comparison["moves"]}
    assert {"quota", "quota_attainment"} <= moved
    assert not moved & {"revenue", "orders", "won_value", "pipeline_value", "win_rate"}
    assert {move["period_start"] for move in comparison["moves"]} == {"2026-05-01"}
    (of_company,) = (move for move in comparison["moves"] if move["metric"] == "quota")
    assert of_company["difference"] == pytest.approx(float(quota))
    assert [(row["key"], row["period_start"]) for row in rows] == [(rep, "2026-05-01")]
    assert float(rows[0]["difference"]) == pytest.approx(float(quota))


def test_a_benchmark_moves_no_figure(company: Embudo, project: Path) -> None:
    benchmarks = project / "seeds" / "benchmarks.csv"
    text = benchmarks.read_text(encoding="utf-8")
    with edited(benchmarks, text.replace("open_rate,,,0.2500,", "open_rate,,,0.2600,")):
        comparison = difference(company, project, "--rebuild")
    assert comparison["moves"] == []
    assert "seeds.benchmarks" in {change["table"] for change in comparison["tables"]}


def test_a_saved_query_is_a_table_of_the_release(company: Embudo) -> None:
    """I7: export, `embudo query --saved` and SQL by hand over the order lines give the same revenue."""
    tables = by_hand(
        company, "select table_name from duckdb_tables() where schema_name = 'scorecards'"
    )
    assert len(tables) == 15
    exported = by_hand(
        company,
        "select metric_time__month, rep__key, sum(revenue) from scorecards.rep_scorecard "
        "where revenue is not null group by all order by all",
    )
    assert exported == by_hand(
        company,
        """
        select cast(date_trunc('month', ordered_on) as date), rep_key, sum(net_amount)
        from customer.fct_order_lines where not is_cancelled group by all order by all
        """,
    )
    options = ("--where", "metric_time >= '2026-06-01'", "--format", "json")
    answer = json.loads(company("query", "--saved", "rep_scorecard", *options).stdout)
    rows = [row for row in answer["rows"] if row["revenue"] is not None]
    june = [row for row in exported if f"{row[0]:%Y-%m}" == "2026-06"]
    assert {row["rep__key"] for row in rows} == {row[1] for row in june}
    assert sum(row["revenue"] for row in rows) == pytest.approx(float(sum(row[2] for row in june)))
    refused = company("query", "revenue", "--saved", "rep_scorecard", expect=9)
    assert "has its own metrics" in refused.stderr


def test_a_metric_in_full_in_spanish(company: Embudo) -> None:
    """Its last value is that of the last complete month, calculated by hand."""
    text = company("metrics", "invoiced_revenue", "--lang", "es").stdout
    assert "Volumen facturado" in text and "Último valor" in text
    shown = json.loads(company("metrics", "invoiced_revenue", "--format", "json").stdout)
    assert shown["last"]["period_start"] == "2026-05-01"
    ((value,),) = by_hand(
        company,
        "select sum(invoice_amount) from customer.fct_invoices "
        "where date_trunc('month', invoiced_on) = date '2026-05-01' and not is_void",
    )
    assert shown["last"]["value"] == pytest.approx(float(value))
    assert {"fct_invoices"} == set(shown["lineage"]["models"])
    assert {"invoices"} <= set(shown["lineage"]["streams"])


def test_the_calendar_feeds_no_metric(company: Embudo) -> None:
    """Open deals are counted on each day of the calendar, whose ends depend on all streams."""
    shown = json.loads(company("metrics", "pipeline_value", "--format", "json").stdout)
    assert shown["lineage"]["streams"] == ["deal_stage_changes", "deals", "leads", "users"]
    assert "int_time__bounds" in shown["lineage"]["through"]


def test_lint_metrics_fails_only_where_strict(company: Embudo) -> None:
    actual = {
        row["metric"]: row["missing"]
        for row in json.loads(company("lint-metrics", "--format", "json").stdout)
    }
    assert actual["revenue"]["aligned"] == actual["revenue"]["actionable"] == []
    assert actual["win_rate"]["attainable"] == ["has no target (seeds/targets.csv)"]
    options = ("--strict", "--lang", "es", "--format", "csv")
    strict = company("lint-metrics", "win_rate", *options, expect=1)
    assert "win_rate,attainable,no tiene objetivo numérico" in strict.stdout


def test_dbt_writes_its_pages_without_a_network_or_a_table(project: Path, tmp_path: Path) -> None:
    """I11: parse and docs as `make dbt-docs` does; every column of a mart is described there."""
    where = [
        "--project-dir",
        str(project),
        "--profiles-dir",
        str(project),
        "--target-path",
        str(tmp_path),
    ]
    for command in (["parse"], ["docs", "generate", "--static", "--empty-catalog", "--no-compile"]):
        done = subprocess.run(
            [str(Path(sys.executable).with_name("dbt")), *command, "--quiet", *where],
            cwd=tmp_path,
            env=os.environ
            | {
                "DO_NOT_TRACK": "1",
                "EMBUDO_WAREHOUSE": str(tmp_path / "warehouse.duckdb"),
                "EMBUDO_MARTS": str(tmp_path / "marts.duckdb"),
            },
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, done.stdout
    nodes = json.loads((tmp_path / "manifest.json").read_text())["nodes"].values()
    marts = [node for node in nodes if node.get("database") == "marts"]
    assert len(marts) > 30
    bare = [
        f"{node['name']}.{column['name']}"
        for node in marts
        for column in node["columns"].values()
        if not column["description"].strip()
    ]
    assert bare == []
    assert "Stage it is in, or ended in." in (tmp_path / "static_index.html").read_text()


def test_a_folder_that_is_no_project_is_named(company: Embudo, tmp_path: Path) -> None:
    failed = company("validate", expect=2, EMBUDO_PROJECT=str(tmp_path))
    assert "EMBUDO_PROJECT" in failed.stderr
    assert "dbt_project.yml" in failed.stderr
