"""Spend, leads and e-mails beside the campaigns that they are of."""

from __future__ import annotations

from collections.abc import Callable

from orchestration.quality.agreements.comparison import Comparison
from orchestration.quality.landed_columns import landed

_DAYS_AFTER = 60
"""How long after its end a campaign may still bring something."""


def _outside(stream: str, moment: str, shown: str) -> Callable[[int], str]:
    """Rows before the launch of their campaign, or long after its end."""
    return _beside_campaign(
        stream,
        shown,
        f"rows.{moment}::date < campaigns.launched_on - 1 "
        f"or coalesce(rows.{moment}::date > campaigns.ended_on + {_DAYS_AFTER}, false)",
    )


def _beside_campaign(stream: str, shown: str, is_wrong: str) -> Callable[[int], str]:
    # campaigns of e-mails are those of the mailer, all others of the source whose keys a source uses
    source = "_source" if stream == "email_events" else "_key_source"

    def sql(since: int) -> str:
        return f"""
            select rows._source as source, rows._source || ':' || {shown} as key, {is_wrong} as is_wrong
            from {landed(stream)} as rows
            inner join marts.core.dim_campaigns as campaigns
                on campaigns.campaign_key = rows.{source} || ':' || rows.campaign_id
            where rows._load_seq > {since} and not rows._is_deleted
        """

    return sql


_OTHER_CHANNEL = "rows.channel <> campaigns.channel"
_SPEND = "rows.spend_on || '|' || rows.campaign_id"

CAMPAIGNS = tuple(
    Comparison(stream, "campaigns", text, sql)
    for stream, text, sql in (
        (
            "marketing_spend",
            "are before the launch of their campaign or long after its end",
            _outside("marketing_spend", "spend_on", _SPEND),
        ),
        (
            "marketing_spend",
            "have another channel than their campaign",
            _beside_campaign("marketing_spend", _SPEND, _OTHER_CHANNEL),
        ),
        (
            "leads",
            "are before the launch of their campaign or long after its end",
            _outside("leads", "created_at", "rows.lead_id"),
        ),
        (
            "leads",
            "have another channel than their campaign",
            _beside_campaign("leads", "rows.lead_id", _OTHER_CHANNEL),
        ),
        (
            "email_events",
            "are before the launch of their campaign or long after its end",
            _outside("email_events", "occurred_at", "rows.event_id"),
        ),
    )
)
