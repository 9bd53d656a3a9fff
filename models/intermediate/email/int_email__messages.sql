-- grain: one row per message of a campaign to one recipient, whether or not its sending has landed yet
-- a message whose events have changed is put together again from all of its events
-- email_key, under which the message leaves the warehouse, is made of its first sending: message_key may be a hash of the
-- address, which could be guessed
{{ config(materialized='incremental', unique_key='message_key', incremental_strategy='delete+insert') }}

with events as (
    select * from {{ ref('int_email__events') }}
),

{% if is_incremental() %}
changed_events as (
    select * from events
    where _load_seq > {{ highest(this, 'changed_seq') }}
),

changed_messages as (
    select message_key from changed_events
    union
    select replaced_message_key as message_key from changed_events
    where replaced_message_key is not null
),

-- a message that all of its events have left keeps a row, as one that was not sent
relevant_events as (
    select
        changed_messages.message_key,
        events.event_key,
        events.campaign_key,
        events.contact_key,
        events.email,
        events.kind,
        events.occurred_at,
        events.is_machine,
        events.is_soft_bounce,
        coalesce(events._is_deleted, true) as _is_deleted
    from changed_messages
    left join events on events.message_key = changed_messages.message_key
),
{% else %}
relevant_events as (
    select * from events
),
{% endif %}

messages as (
    select
        -- keys
        message_key,
        {{ dbt.hash("min(case when not _is_deleted and kind = 'sent' then event_key end)") }} as email_key,
        max(case when not _is_deleted then campaign_key end) as campaign_key,
        max(case when not _is_deleted then contact_key end) as contact_key,
        max(case when not _is_deleted then email end) as email,

        -- what happened
        {%- set arrived = "kind in ('delivered', 'open', 'click', 'reply', 'unsubscribe', 'complaint')" %}
        {%- set happened = {
            'is_sent': "kind = 'sent'",
            'has_hard_bounce': "kind = 'bounce' and not is_soft_bounce",
            'is_deferred': "kind = 'deferred'",
            'has_arrived': arrived,
            'is_opened': "kind = 'open' and not is_machine",
            'is_clicked': "kind = 'click' and not is_machine",
            'is_replied': "kind = 'reply'",
            'is_unsubscribed': "kind = 'unsubscribe'",
            'is_complained': "kind = 'complaint'",
        } %}
        {%- for name, condition in happened.items() %}
        coalesce(max(case when not _is_deleted and {{ condition }} then 1 end), 0) = 1 as {{ name }},
        {%- endfor %}

        -- times
        {%- set times = {
            'min': {
                'sent_at': "kind = 'sent'",
                'first_opened_at': "kind = 'open' and not is_machine",
                'first_clicked_at': "kind = 'click' and not is_machine",
                'first_replied_at': "kind = 'reply'",
            },
            'max': {'last_soft_bounce_at': 'is_soft_bounce', 'last_arrival_at': arrived},
        } %}
        {%- for function, conditions in times.items() %}
        {%- for name, condition in conditions.items() %}
        {{ function }}(case when not _is_deleted and {{ condition }} then occurred_at end) as {{ name }},
        {%- endfor %}
        {%- endfor %}
        cast({{ current_load() }} as bigint) as changed_seq
    from relevant_events
    group by message_key
),

-- a soft bounce stands until something shows that the message arrived; a hard one always
bounces as (
    select
        *,
        has_hard_bounce
        or coalesce(last_soft_bounce_at > last_arrival_at, last_soft_bounce_at is not null) as is_bounced
    from messages
),

final as (
    select
        -- keys
        message_key,
        email_key,
        campaign_key,
        contact_key,
        email,

        -- what happened; a deferred message is delivered, or bounces, or is still on its way
        is_sent,
        not is_bounced and (has_arrived or not is_deferred) as is_delivered,
        is_bounced,
        is_opened,
        is_clicked,
        is_replied,
        is_unsubscribed,
        is_complained,

        -- times
        sent_at,
        first_opened_at,
        first_clicked_at,
        first_replied_at,
        changed_seq
    from bounces
)

select * from final
