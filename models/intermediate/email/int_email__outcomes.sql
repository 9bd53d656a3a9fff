-- grain: one row per message of a campaign to one recipient, with whether it arrived
-- a soft bounce stands until something shows that the message arrived, a hard one always; a deferred message is
-- delivered, or bounces, or is still on its way
{{ config(materialized='view') }}

with messages as (
    select
        *,
        has_hard_bounce
        or coalesce(last_soft_bounce_at > last_arrival_at, last_soft_bounce_at is not null) as is_bounced
    from {{ ref('int_email__messages') }}
),

final as (
    select
        *,
        not is_bounced and (last_arrival_at is not null or not is_deferred) as is_delivered
    from messages
)

select * from final
