-- grain: one row per message that a campaign sent to one recipient
{{ config(
    materialized='incremental',
    unique_key='email_key',
    incremental_strategy='delete+insert',
    on_schema_change='fail',
    post_hook="delete from {{ this }} where email_key not in (
        select email_key from {{ ref('int_email__messages') }} where is_sent
    )"
) }}

with messages as (
    select * from {{ ref('int_email__outcomes') }}
    where is_sent
),

matches as (
    select * from {{ ref('int_interactions__matches') }}
),

settings as (
    select * from {{ ref('stg_embudo__settings') }}
),

final as (
    select
        -- keys
        messages.email_key,
        messages.campaign_key,
        matches.contact_key,
        matches.account_key,
        matches.owner_key as rep_key,
        matches.owner_version_key as rep_version_key,

        -- attributes
        {{ keyed_hash('messages.email') }} as recipient_hmac,
        messages.is_delivered,
        messages.is_bounced,
        messages.is_opened,
        messages.is_clicked,
        messages.is_replied,
        messages.is_unsubscribed,
        messages.is_complained,
        matches.match_method,
        matches.match_count,

        -- times
        messages.sent_at,
        {{ local_date('messages.sent_at') }} as sent_on,
        {{ time_of_day('messages.sent_at', 'sent_hour') }},
        messages.first_opened_at,
        messages.first_clicked_at,
        messages.first_replied_at
    from messages
    inner join matches on matches.interaction_key = 'email/' || messages.message_key
    {% if is_incremental() %}
    cross join settings
    where matches.matched_seq = settings.load_seq
    {% endif %}
)

select * from final
