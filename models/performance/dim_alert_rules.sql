-- grain: one row per rule that raises alerts, for a metric or for none in particular, and a scope
with rules as (
    select * from {{ ref('alert_rules') }}
),

final as (
    select
        -- keys
        rule || '|' || coalesce(metric, '') || '|' || scope as alert_rule_key,

        -- attributes
        rule,
        metric,
        scope,
        unit,
        severity,
        description,

        -- measures
        cast(threshold as decimal(18, 6)) as threshold,
        cast(look_back_days as bigint) as look_back_days
    from rules
)

select * from final
