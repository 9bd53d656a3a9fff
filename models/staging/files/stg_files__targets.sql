-- grain: one row per target of a metric, scope and period, in its newest version
with source as (
    select * from {{ source('files', 'targets') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by _source, metric, scope, scope_key, period_grain, period_start
            order by {{ version_order('set_on') }}
        ) as version_rank
    from source
),

final as (
    select
        -- keys

        -- attributes
        metric,
        scope,
        scope_key,
        period_grain,
        period_start,
        target,
        currency,
        set_on,

        -- origin
        {{ origin_columns() }}
    from versions
    where version_rank = 1 and not _is_deleted
)

select * from final
