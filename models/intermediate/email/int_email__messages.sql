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
        coalesce(events._is_deleted, true) as _is_deleted
    from changed_messages
    left join events on events.message_key = changed_messages.message_key
),
{% else %}
relevant_events as (
    select * from events
),
{% endif %}

final as (
    select
        -- keys
        message_key,
        {{ dbt.hash("min(case when not _is_deleted and kind = 'sent' then event_key end)") }} as email_key,
        max(case when not _is_deleted then campaign_key end) as campaign_key,
        max(case when not _is_deleted then contact_key end) as contact_key,
        max(case when not _is_deleted then email end) as email,

        -- what happened
        {%- set happened = {
            'sent': "kind = 'sent'",
            'bounced': "kind = 'bounce'",
            'opened': "kind = 'open' and not is_machine",
            'clicked': "kind = 'click'",
            'replied': "kind = 'reply'",
            'unsubscribed': "kind = 'unsubscribe'",
            'complained': "kind = 'complaint'",
        } %}
        {%- for name, condition in happened.items() %}
        coalesce(max(case when not _is_deleted and {{ condition }} then 1 end), 0) = 1 as is_{{ name }},
        {%- endfor %}

        -- times
        min(case when not _is_deleted and kind = 'sent' then occurred_at end) as sent_at,
        min(case when not _is_deleted and kind = 'open' and not is_machine then occurred_at end) as first_opened_at,
        min(case when not _is_deleted and kind = 'click' then occurred_at end) as first_clicked_at,
        min(case when not _is_deleted and kind = 'reply' then occurred_at end) as first_replied_at,
        cast({{ current_load() }} as bigint) as changed_seq
    from relevant_events
    group by message_key
)

select * from final
