"""Parts add up to wholes, rates stay rates, and balances are those of the last day, whatever the figures are."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from semantic_layer.layer import SemanticLayer
from tests.conftest import Embudo
from tests.e2e.metric_queries import as_float, is_same, query_rows

pytestmark = pytest.mark.slow

# Percentages that are not shares of a total: growth, returns, and attainment may pass 1 or fall below 0.
NO_SHARES = {
    "break_even_attainment",
    "cost_of_sales_rate",
    "gross_margin_rate",
    "marketing_roi",
    "quota_attainment",
    "revenue_mom_growth",
    "revenue_yoy_growth",
}


@pytest.fixture(scope="module")
def layer(company: Embudo) -> Iterator[SemanticLayer]:
    with SemanticLayer.open(company.home / "current") as layer:
        yield layer


@pytest.mark.parametrize(
    ("whole", "parts", "by"),
    [
        ("opportunities_closed", ["opportunities_won", "opportunities_lost"], "rep__team"),
        (
            "gross_revenue",
            ["new_business_revenue", "cross_sell_revenue", "up_sell_revenue", "repeat_revenue"],
            "product__category",
        ),
        ("calls", ["inbound_calls", "outbound_calls"], "rep__team"),
        ("inbound_calls", ["missed_calls", "connected_inbound"], "rep__team"),
        ("emails_sent", ["emails_delivered", "bounced"], "campaign__name"),
        ("revenue", ["gross_margin", "cost_of_goods_sold"], "product__category"),
    ],
)
def test_parts_make_the_whole(whole: str, parts: list[str], by: str, layer: SemanticLayer) -> None:
    """Every month of every value of a dimension; a part that is no metric is a rate times its total."""
    rates = {"connected_inbound": "answer_rate", "bounced": "bounce_rate"}
    asked = [rates.get(part, part) for part in parts]
    rows = query_rows(layer, whole, *asked, grain="month", by=(by,))
    assert len(rows) > 24
    for row in rows:
        values = [
            (as_float(row[name]) or 0.0) * ((as_float(row[whole]) or 0.0) if part in rates else 1.0)
            for part, name in zip(parts, asked, strict=True)
        ]
        assert is_same(sum(values), as_float(row[whole])), row


@pytest.mark.parametrize("metric", ["revenue", "orders", "calls", "activities", "leads_created"])
def test_members_make_the_team(metric: str, layer: SemanticLayer) -> None:
    """Reps who changed team count in each of their teams for what they did there."""
    teams: defaultdict[str, float] = defaultdict(float)
    members = query_rows(layer, metric, by=("rep__team", "rep__name"))
    for row in members:
        teams[row["rep__team"]] += float(row[metric] or 0)
    by_team = {
        row["rep__team"]: row[metric] for row in query_rows(layer, metric, by=("rep__team",))
    }
    assert by_team.keys() == teams.keys()
    assert [team for team in teams if not is_same(by_team[team], teams[team])] == []
    (whole,) = query_rows(layer, metric)
    assert is_same(sum(teams.values()), as_float(whole[metric]))
    names = [row["rep__name"] for row in members if row["rep__name"]]
    assert len(names) > len(set(names)), "nobody of the company has changed team"


@pytest.mark.parametrize("metric", ["revenue", "calls", "activities"])
def test_reps_who_change_team_keep_their_past_in_it(metric: str, layer: SemanticLayer) -> None:
    """What a rep did before the day of the move is in the old team, what came after it in the new one."""
    days: defaultdict[str, defaultdict[str, set[date]]] = defaultdict(lambda: defaultdict(set))
    for row in query_rows(layer, metric, grain="day", by=("rep__key", "rep__team")):
        if row["rep__key"] and row[metric]:
            days[row["rep__key"]][row["rep__team"]].add(row["metric_time__day"])
    movers = {key: teams for key, teams in days.items() if len(teams) > 1}
    assert movers, "nobody of the company has changed team"
    for key, teams in movers.items():
        (_, before), (_, after) = sorted(teams.items(), key=lambda item: min(item[1]))
        assert max(before) <= min(after), key


def test_linear_credits_make_the_revenue_with_any_touch(layer: SemanticLayer) -> None:
    """First, last and even shares each credit all revenue of the orders that have a touch."""
    credited = query_rows(
        layer,
        "attributed_revenue_first_touch",
        "attributed_revenue_last_touch",
        "attributed_revenue_linear",
        by=("sales_order",),
    )
    revenue = {
        row["sales_order"]: row["revenue"]
        for row in query_rows(layer, "revenue", by=("sales_order",))
    }
    assert 0 < len(credited) < len(revenue)
    for row in credited:
        for name in ("first_touch", "last_touch", "linear"):
            assert is_same(
                row[f"attributed_revenue_{name}"], as_float(revenue[row["sales_order"]])
            ), row


def test_pipeline_of_a_day_is_what_was_created_and_not_yet_closed(
    layer: SemanticLayer, company: Embudo, tmp_path: Path
) -> None:
    """Every day: amounts created so far less amounts closed so far, added up from the deals one by one."""
    snapshots = query_rows(layer, "pipeline_value", "opportunities_open", grain="day")
    assert len(snapshots) > 700
    moves: defaultdict[date, tuple[float, int]] = defaultdict(lambda: (0.0, 0))
    # A copy: this process has the release open already, in the semantic layer's configuration.
    copy = shutil.copy(company.home / "current" / "marts.duckdb", tmp_path / "marts.duckdb")
    with duckdb.connect(str(copy), read_only=True) as marts:
        deals = marts.execute(
            "select created_on, closed_on, amount from funnel.fct_deals"
        ).fetchall()
        # a deal that was opened again left the stage that it had ended in: it came back on that day
        deals += marts.execute(
            "select cast(timezone('Europe/Madrid', timezone('UTC', visits.left_at)) as date), visits.entered_on, "
            "deals.amount from funnel.fct_stage_visits as visits "
            "inner join funnel.fct_deals as deals on deals.deal_key = visits.deal_key "
            "where visits.stage in ('Ganado', 'Perdido') and visits.left_at is not null"
        ).fetchall()
    for created_on, closed_on, amount in deals:
        for day, sign in ((created_on, 1), (closed_on, -1)):
            if day is not None:
                value, count = moves[day]
                moves[day] = (value + sign * float(amount or 0), count + sign)
    value, count, days = 0.0, 0, sorted(moves)
    for row in snapshots:
        while days and days[0] <= row["metric_time__day"]:
            change = moves[days.pop(0)]
            value, count = value + change[0], count + change[1]
        assert is_same(row["pipeline_value"], value), row
        assert row["opportunities_open"] == count, row


@pytest.mark.parametrize(
    "metric", ["pipeline_value", "opportunities_open", "weighted_pipeline_value"]
)
@pytest.mark.parametrize("grain", ["week", "quarter", "year"])
def test_a_balance_of_a_period_is_that_of_its_last_day(
    metric: str, grain: str, layer: SemanticLayer
) -> None:
    """Semi-additive: never a sum over days, also of a team that has nothing open at the end."""
    daily = {
        (row["metric_time__day"], row["rep__team"]): row[metric]
        for row in query_rows(layer, metric, grain="day", by=("rep__team",))
    }
    last_days: dict[date, date] = {}
    for day, _ in sorted(daily):
        start = {
            "week": date.fromordinal(day.toordinal() - day.weekday()),
            "quarter": date(day.year, (day.month - 1) // 3 * 3 + 1, 1),
            "year": date(day.year, 1, 1),
        }[grain]
        last_days[start] = max(day, last_days.get(start, day))
    rows = query_rows(layer, metric, grain=grain, by=("rep__team",))  # type: ignore[arg-type]
    assert {row[f"metric_time__{grain}"] for row in rows} == set(last_days)
    for row in rows:
        last_day = last_days[row[f"metric_time__{grain}"]]
        assert is_same(row[metric], as_float(daily.get((last_day, row["rep__team"])))), row


def test_rates_are_shares(layer: SemanticLayer) -> None:
    """Every share stays in 0..1, every week in which it has a value."""
    rates = [
        metric.name
        for metric in layer.metrics()
        if metric.unit == "percent" and metric.name not in NO_SHARES
    ]
    assert len(rates) > 30
    wrong = []
    for name in rates:
        grains = next(
            item.grains for item in layer.dimensions([name]) if item.name == "metric_time"
        )
        grain = "month" if "month" in grains else grains[0]
        for row in query_rows(layer, name, grain=grain):  # type: ignore[arg-type]
            value = as_float(row[name])
            if value is not None and not 0 <= value <= 1:
                wrong.append((name, row))
    assert wrong == []


@pytest.mark.parametrize(
    ("kept", "lost", "grain"),
    [
        ("customer_retention_rate", "customer_churn_rate", "month"),
        ("yearly_customer_retention_rate", "yearly_customer_churn_rate", "year"),
    ],
)
def test_retention_and_churn_make_one(
    kept: str, lost: str, grain: str, layer: SemanticLayer
) -> None:
    rows = query_rows(layer, kept, lost, grain=grain)  # type: ignore[arg-type]
    known = [row for row in rows if row[kept] is not None]
    assert known
    for row in known:
        assert is_same(row[kept] + row[lost], 1.0), row
