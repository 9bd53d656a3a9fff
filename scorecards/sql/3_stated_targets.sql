-- grain: one row per target of a metric that exists, its scope key spelt as the figures spell it
create or replace temp table stated_targets as
with keys as (
    select distinct scope, scope_key from evaluated
)

select
    targets.metric,
    targets.scope,
    coalesce(keys.scope_key, targets.scope_key) as scope_key,
    targets.period_grain as grain,
    targets.period_start_on,
    targets.target,
    targets.target_with_growth,
    targets.set_on,
    -- a target is reviewed when it is set, and then every so many months
    cast(
        coalesce(targets.set_on, targets.period_start_on) + to_months(targets.review_every_months) as date
    ) as next_review_on
from performance.fct_targets as targets
inner join catalogue on targets.metric = catalogue.metric
left join keys
    on targets.scope = keys.scope
    and lower(trim(targets.scope_key)) = lower(trim(keys.scope_key))
where targets.scope_key is not null
qualify row_number() over (
    partition by targets.target_key order by keys.scope_key is not distinct from targets.scope_key desc, keys.scope_key
) = 1
