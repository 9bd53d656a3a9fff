-- grain: one row per load that counts and outcome, quarantined rows by their reason
with source as (
    select * from {{ source('embudo', 'load_rows') }}
),

final as (
    select
        load_id,
        source,
        stream,
        outcome,
        reason,
        row_count,
        landed_at
    from source
)

select * from final
