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
        {%- for column in [
            'event_key', 'campaign_key', 'contact_key', 'email', 'kind', 'occurred_at', 'is_machine', 'is_soft_bounce'
        ] %}
        events.{{ column }},
        {%- endfor %}
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
            'is_sent': "kind = 'sent'",
            'has_hard_bounce': "kind = 'bounce' and not is_soft_bounce",
            'is_deferred': "kind = 'deferred'",
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
        {%- for name, flag in {
            'sent_at': 'is_sent', 'first_opened_at': 'is_opened', 'first_clicked_at': 'is_clicked', 'first_replied_at': 'is_replied'
        }.items() %}
        min(case when not _is_deleted and {{ happened[flag] }} then occurred_at end) as {{ name }},
        {%- endfor %}
        max(case when not _is_deleted and is_soft_bounce then occurred_at end) as last_soft_bounce_at,
        max(case when not _is_deleted and kind not in ('sent', 'deferred', 'bounce') then occurred_at end) as last_arrival_at,
        cast({{ current_load() }} as bigint) as changed_seq
    from relevant_events
    group by message_key
)

select * from final
