-- grain: one row per person and month, in its newest version
with source as (
    select * from {{ source('files', 'staff_costs') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by _source, user_id, month
            order by {{ version_order() }}
        ) as version_rank
    from source
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
        _source,
        _load_seq,
        _file,
        _line
    from versions
    where version_rank = 1 and not _is_deleted
)

select * from final
