-- grain: one row per load and outcome, quarantined rows by their reason, without the values that were found
with load_rows as (
    select
        *,
        -- values stay in the private warehouse, and would make a reason of each row
        {{ regexp_replace_all("reason", "(?s): found .*?, expected ", ": expected ") }} as fault
    from {{ ref('stg_embudo__load_rows') }}
),

final as (
    select
        -- keys
        load_id || '|' || outcome || coalesce('|' || fault, '') as load_row_key,
        load_id,

        -- attributes
        source,
        stream,
        outcome,
        fault as reason,

        -- measures
        cast(sum(row_count) as bigint) as row_count,

        -- times
        landed_at,
        {{ local_date('landed_at') }} as landed_on
    from load_rows
    group by load_id, source, stream, outcome, fault, landed_at
)

select * from final
