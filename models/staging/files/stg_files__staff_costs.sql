-- grain: one row per person and month, in its newest version
with versions as (
    {{ newest_versions(source('files', 'staff_costs'), ['user_id', 'month']) }}
),

final as (
    select
        -- keys
        {{ reference_key('user_id') }} as user_key,

        -- attributes
        user_id,
        month,
        salary,
        commission,
        currency,

        -- origin
        {{ origin_columns() }}
    from versions
    where not _is_deleted
)

select * from final
