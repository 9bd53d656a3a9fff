-- grain: one row per target of a metric, scope and period, as last set
-- amounts of money are in the reporting currency at the rate of the period's first day; other units are as stated
with targets as (
    select * from {{ ref('int_targets__newest') }}
),

growth as (
    select * from {{ ref('int_targets__growth') }}
),

money_metrics as (
    {{ metrics_in_money() }}
),

final as (
    select
        -- keys
        targets.metric || '|' || targets.scope || '|' || coalesce(targets.scope_key, '') || '|'
        || targets.period_grain || '|' || cast(targets.period_start as {{ dbt.type_string() }})
            as target_key,
        targets.rep_version_key,
        targets.rep_key,

        -- attributes
        targets.metric,
        targets.scope,
        targets.scope_key,
        targets.period_grain,
        targets.origin,

        -- measures
        {{ stated_amount() }} as target,
        coalesce(of_rep.growth, of_team.growth, of_region.growth, of_company.growth, 0) as growth_rate,
        cast(
            cast({{ stated_amount() }} as decimal(28, 4))
            * (1 + coalesce(of_rep.growth, of_team.growth, of_region.growth, of_company.growth, 0))
            as decimal(18, 4)
        ) as target_with_growth,
        cast(targets.review_every_months as bigint) as review_every_months,

        -- times
        targets.period_start as period_start_on,
        targets.set_on
    from targets
    left join money_metrics on targets.metric = money_metrics.metric
    {%- for scope, key in [
        ('rep', 'targets.rep_key'), ('team', 'targets.team'), ('region', 'targets.region'), ('company', "'company'")
    ] %}
    left join growth as of_{{ scope }}
        on of_{{ scope }}.scope = '{{ scope }}'
        and targets.metric = of_{{ scope }}.metric
        and {{ key }} = of_{{ scope }}.scope_key
        and targets.period_start >= of_{{ scope }}.valid_from_on
        and targets.period_start < of_{{ scope }}.valid_to_on
    {%- endfor %}
    {{ join_rates('targets.currency', 'targets.period_start') }}
)

select * from final
