"""Stage changes beside the deals that they are of."""

from __future__ import annotations

from orchestration.quality.agreements.comparison import Comparison, new_keys, source_of
from orchestration.quality.landed_columns import landed

_CHANGES = f"""
    select _source, _source || ':' || deal_id as deal_key, stage, entered_at, _load_seq
    from {landed("deal_stage_changes")} where not _is_deleted
"""


def _last_stages(since: int) -> str:
    """Deals that came with a change of theirs: of two exports of different days neither is wrong."""
    return f"""
        with touched as (
            select deal_key, max_by(stage, entered_at) as last_stage, max(entered_at) as last_at
            from ({_CHANGES}) where deal_key in (select deal_key from ({_CHANGES}) where _load_seq > {since})
            group by deal_key
        ),
        same as (
            select deal_key, list(stage) as stages from ({_CHANGES}) inner join touched using (deal_key)
            where entered_at = last_at group by deal_key
        )
        select {source_of("deal_key")} as source, deal_key as key, not list_contains(stages, deals.stage) as is_wrong
        from marts.funnel.fct_deals as deals inner join same using (deal_key)
        where deals.stage is not null and deal_key in ({new_keys("deals", "deal_id", since)})
    """


def _before_creation(since: int) -> str:
    return f"""
        select _source as source, deal_key || '|' || changes.stage as key,
            entered_at < created_at - interval 1 minute as is_wrong
        from ({_CHANGES}) as changes inner join marts.funnel.fct_deals as deals using (deal_key)
        where _load_seq > {since}
    """


def _without_changes(since: int) -> str:
    """Deals created in the time that the new changes are of."""
    return f"""
        with span as (
            select _source, min(entered_at) as first_at, max(entered_at) as last_at
            from ({_CHANGES}) where _load_seq > {since} group by _source
        )
        select _source as source, deal_key as key,
            deal_key not in (select deal_key from ({_CHANGES})) as is_wrong
        from marts.funnel.fct_deals as deals
        inner join span on {source_of("deal_key")} = span._source and created_at between first_at and last_at
        where deal_key in ({new_keys("deals", "deal_id", since)})
    """


DEALS = tuple(
    Comparison("deal_stage_changes", "deals", text, sql)
    for text, sql in (
        ("(deals) are in another stage than their last change", _last_stages),
        ("are before their deal was created", _before_creation),
        ("(deals) have no stage change", _without_changes),
    )
)
