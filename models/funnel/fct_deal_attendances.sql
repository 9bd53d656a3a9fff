-- grain: one row per deal and agent who attended its contact, whoever owns the deal
with touches as (
    select
        *,
        row_number() over (
            partition by deal_key, rep_key order by started_at, activity_key
        ) as touch_number
    from {{ ref('int_deals__touches') }}
    where is_attended and rep_key is not null
),

deals as (
    select * from {{ ref('int_deals__deals') }}
),

final as (
    select
        -- keys
        touches.deal_key || '|' || touches.rep_key as deal_attendance_key,
        touches.deal_key,
        deals.account_key,
        deals.contact_key,
        deals.product_key,
        deals.campaign_key,
        touches.rep_version_key,
        touches.rep_key,

        -- attributes
        touches.rep_key = deals.owner_key as is_owner,
        deals.status = 'won' and touches.started_at <= deals.closed_at as is_assisted_win,

        -- times
        touches.started_at as first_attended_at,
        deals.created_on,
        deals.closed_on
    from touches
    inner join deals on touches.deal_key = deals.deal_key
    where touches.touch_number = 1
)

select * from final
