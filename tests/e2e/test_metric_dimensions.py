"""Every metric answers by time and by each dimension offered for it, and is offered those that its grain allows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from metricflow.dataflow.builder import dataflow_plan_builder
from metricflow.plan_conversion.node_processor import PreJoinNodeProcessor

from orchestration.core.errors import EmbudoError
from semantic_layer.layer import SemanticLayer
from semantic_layer.records import METRIC_TIME, Dimension, Grain, Metric
from semantic_layer.request import QueryRequest
from tests.conftest import Embudo
from tests.e2e.metric_queries import query_rows

pytestmark = pytest.mark.slow

REP = [
    f"rep__{name}" for name in ("name", "team", "direction", "role", "region", "office", "manager")
]
ACCOUNT = [
    f"account__{name}" for name in ("name", "industry", "segment", "country", "region", "city")
]
CONTACT = [f"contact__{name}" for name in ("job_function", "age_band", "country", "first_channel")]
PRODUCT = ["product__name", "product__category"]
CAMPAIGN = ["campaign__name", "campaign__channel"]
PEOPLE = [*REP, *ACCOUNT, *CONTACT]
DEAL = [
    f"deal__{name}"
    for name in (
        "pipeline", "stage", "deal_type", "lost_reason", "lead_channel",
        "agent_name", "agent_team", "agent_direction",
    )
]  # fmt: skip
LEAD = [
    f"lead__{name}"
    for name in (
        "channel", "agent_name", "agent_team", "agent_direction", "hour", "half_hour", "weekday",
    )
]  # fmt: skip
CALL = [
    f"call__{name}"
    for name in ("direction", "queue", "disposition", "hour", "half_hour", "weekday")
]

# For each kind of figure, the metrics of a grain and the dimensions that they must have.
OFFERED = {
    "order lines": (
        "revenue orders units_sold average_order_value cost_of_goods_sold gross_margin gross_margin_rate "
        "delivered_revenue revenue_mom_growth revenue_yoy_growth revenue_month_to_date revenue_quarter_to_date "
        "revenue_year_to_date revenue_trailing_12_months revenue_per_customer new_business_revenue "
        "cross_sell_revenue up_sell_revenue repeat_revenue expansion_rate revenue_per_rep active_customers "
        "returning_customers orders_per_customer gross_revenue returned_revenue return_rate",
        [
            *PEOPLE,
            *PRODUCT,
            *CAMPAIGN,
            *DEAL,
            "order_line__channel",
            "order_line__kind",
            "order_line__sale_motion",
        ],
    ),
    "orders": ("average_days_between_orders", [*PEOPLE, *CAMPAIGN, *DEAL]),
    "invoices": ("invoiced_revenue", PEOPLE),
    "first orders": ("new_customers customer_lifetime_value", [*PEOPLE, *CAMPAIGN]),
    "customers by period": (
        "customer_retention_rate quarterly_customer_retention_rate yearly_customer_retention_rate "
        "customer_churn_rate yearly_customer_churn_rate predicted_lifetime_value",
        [*ACCOUNT, *CONTACT, "customer__rep__region", "customer__first_order_channel"],
    ),
    "customers at month ends": (
        "repeat_purchase_rate loyal_customers loyalty_rate customers_at_risk customer_engagement_rate",
        PEOPLE,
    ),
    "calls": (
        "calls outbound_calls inbound_calls connected_calls connection_rate answer_rate missed_calls "
        "abandonment_rate service_level_10s service_level_20s service_level_60s service_level_of_answered_10s "
        "service_level_of_answered_20s service_level_of_answered_60s average_speed_of_answer average_handle_time "
        "median_wait_seconds p90_wait_seconds p95_wait_seconds longest_wait_seconds talk_time "
        "missed_call_recovery_rate",
        [*PEOPLE, *CAMPAIGN, *CALL, "contact__rep__name", "contact__rep__team"],
    ),
    "activities": (
        "activities conversations sales_emails_sent meetings visits demos proposals_sent contacts_touched "
        "touches_per_contact activities_per_rep",
        [
            *PEOPLE,
            *CAMPAIGN,
            *DEAL,
            "activity__kind",
            "activity__half_hour",
            "deal__rep__name",
            "contact__rep__name",
        ],
    ),
    "tasks": ("tasks_overdue task_on_time_rate", [*PEOPLE, *DEAL]),
    "contacts": ("new_contacts", PEOPLE),
    "deals": (
        "opportunities_created opportunities_open pipeline_value weighted_pipeline_value opportunities_closed "
        "opportunities_won opportunities_lost won_value lost_value win_rate win_rate_by_value "
        "opportunity_conversion_rate average_deal_size sales_cycle_days median_sales_cycle_days sales_velocity "
        "stage_conversion_rate average_days_in_stage stale_opportunities",
        [*PEOPLE, *PRODUCT, *CAMPAIGN, *DEAL],
    ),
    "deals by the agent who attended": (
        "assisted_opportunities assisted_wins",
        [
            *PEOPLE,
            *PRODUCT,
            *DEAL,
            "deal__rep__name",
            "deal__rep__team",
            "deal_attendance__is_owner",
        ],
    ),
    "leads": (
        "leads_created leads_contacted qualified_leads qualified_lead_rate lead_to_opportunity_rate "
        "lead_to_customer_rate lead_response_hours median_lead_response_hours lead_response_within_1h_rate",
        [*PEOPLE, *CAMPAIGN, *DEAL, *LEAD],
    ),
    "campaign emails": (
        "emails_sent emails_delivered delivery_rate bounce_rate open_rate click_rate click_to_open_rate reply_rate "
        "email_engagement_rate unsubscribe_rate spam_complaint_rate",
        [*PEOPLE, *CAMPAIGN, "campaign_email__hour", "campaign_email__weekday"],
    ),
    "social interactions": (
        "social_prospects engaged_social_prospects social_engagement_rate",
        [*ACCOUNT, *CONTACT, *CAMPAIGN, "social_interaction__network"],
    ),
    "any interaction": ("matched_interaction_rate", [*PEOPLE, *CAMPAIGN]),
    "touches": (
        "attributed_revenue_first_touch attributed_revenue_last_touch attributed_revenue_linear "
        "email_attributed_revenue",
        [*PEOPLE, *CAMPAIGN, "touch_credit__channel", "touch_credit__touch_kind"],
    ),
    "answers": ("csat_score net_promoter_score", [*PEOPLE, *CALL, "contact__rep__name"]),
    "reps": (
        "sales_staff_cost quota quota_attainment target_attainment_rate days_to_quota selling_time_rate "
        "content_time_rate occupancy_rate revenue_per_selling_hour rep_return pipeline_coverage",
        REP,
    ),
    "spend": ("marketing_spend cost_per_lead marketing_roi", CAMPAIGN),
    "products": ("cost_per_sale", PRODUCT),
    # costs of the company, next to figures that share nothing with them but the month
    "company": (
        "selling_expense cost_of_sales cost_of_sales_rate break_even_revenue break_even_attainment "
        "customer_acquisition_cost clv_to_cac",
        [],
    ),
    "loads": (
        "rows_landed rows_quarantined quarantine_rate",
        ["load__source", "load__stream", "load__reason"],
    ),
}


@pytest.fixture(scope="module")
def layer(company: Embudo) -> Iterator[SemanticLayer]:
    with SemanticLayer.open(company.home / "current") as layer:
        yield layer


def test_metrics_are_offered_the_dimensions_that_their_grain_allows(layer: SemanticLayer) -> None:
    placed = [name for metrics, _ in OFFERED.values() for name in metrics.split()]
    assert len(placed) == len(set(placed)) == 153
    missing = {}
    for metrics, dimensions in OFFERED.values():
        for name in metrics.split():
            offered = {item.name for item in layer.dimensions([name])}
            if lacking := [item for item in dimensions if item not in offered]:
                missing[name] = lacking
    assert missing == {}


def test_every_metric_answers_by_month(layer: SemanticLayer) -> None:
    """By the finest grain where a metric is meant by longer periods; rows have one time each."""
    for metric in layer.metrics():
        grain = _grain(layer.dimensions([metric.name]))
        rows = query_rows(layer, metric.name, grain=grain)
        times = [row[f"metric_time__{grain}"] for row in rows]
        assert len(times) == len(set(times)), metric.name
        assert None not in times, metric.name


def test_every_metric_answers_by_each_dimension_offered(layer: SemanticLayer) -> None:
    """DuckDB accepts the query of every metric by all of its dimensions, those of one join in one query."""
    failed = []
    for metric in layer.metrics():
        for names, grain in _by_join(layer, metric):
            request = QueryRequest(metrics=(metric.name,), group_by=names, grain=grain, limit=0)
            try:
                layer.query(request)
            except EmbudoError as error:
                failed.append(f"{metric.name} by {', '.join(names)}: {error}")
    assert "\n".join(failed) == ""


def test_joins_made_once_give_the_figures_of_metricflows_own(
    layer: SemanticLayer, company: Embudo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Metrics by things two joins away: the rows of what MetricFlow plans without `two_hops`, and always the same SQL.

    The text may not depend on earlier requests to an engine.
    """
    asked = [
        QueryRequest(metrics=(metric.name,), group_by=names, grain=grain)
        for metric in layer.metrics()
        if metric.name in ("win_rate", "expansion_rate", "leads_created", "lead_to_customer_rate")
        for names, grain in _by_join(layer, metric)
        if names[0].count("__") > 1
    ]
    assert len(asked) > 20
    ours = [_sorted(layer, request) for request in asked[::3]]
    with SemanticLayer.open(company.home / "current") as again:
        backwards = {request: again.explain(request) for request in reversed(asked[::3])}
    assert backwards == {request: layer.explain(request) for request in asked[::3]}
    monkeypatch.setattr("semantic_layer.engine.multi_hop_joins.share_multi_hop_joins", lambda: None)
    monkeypatch.setattr(dataflow_plan_builder, "PreJoinNodeProcessor", PreJoinNodeProcessor)
    with SemanticLayer.open(company.home / "current") as alone:
        theirs = [_sorted(alone, request) for request in asked[::3]]
    assert ours == theirs
    assert any(len(rows) > 1 for rows in ours)


def _by_join(
    layer: SemanticLayer, metric: Metric
) -> Iterator[tuple[tuple[str, ...], Grain | None]]:
    """All dimensions that a metric is offered, those of the same thing together, and the grain that it requires."""
    offered = layer.dimensions([metric.name])
    grain = _grain(offered) if metric.requires_metric_time else None
    things: dict[str, list[str]] = {}
    for item in offered:
        if item.name != METRIC_TIME:
            things.setdefault(item.name.rpartition("__")[0], []).append(_column(item))
    return ((tuple(names), grain) for names in things.values())


def _sorted(layer: SemanticLayer, request: QueryRequest) -> list[str]:
    return sorted(
        str({k: f"{v:.9g}" if isinstance(v, float) else str(v) for k, v in row.items()})
        for row in layer.query(request).table.to_pylist()
    )


def _grain(offered: list[Dimension]) -> Grain:
    grains = next(item.grains for item in offered if item.name == METRIC_TIME)
    return "month" if "month" in grains else grains[0]  # type: ignore[return-value]


def _column(dimension: Dimension) -> str:
    return (
        f"{dimension.name}__{dimension.grains[-1]}" if dimension.kind == "time" else dimension.name
    )
