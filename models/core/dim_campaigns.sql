-- grain: one row per campaign
with campaigns as (
    select * from {{ ref('stg_files__campaigns') }}
),

final as (
    select
        -- keys
        campaign_key,

        -- attributes
        name as campaign_name,
        channel,
        segment,

        -- times
        {{ local_date('launched_at') }} as launched_on,
        {{ local_date('ended_at') }} as ended_on
    from campaigns
)

select * from final
