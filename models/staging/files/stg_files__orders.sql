-- grain: one row per order, in its newest version
with versions as (
    {{ newest_versions(source('files', 'orders'), ['order_id'], newest_by='updated_at') }}
),

final as (
    select
        -- keys
        {{ entity_key(['order_id']) }} as order_key,
        {{ reference_key('account_id') }} as account_key,
        {{ reference_key('contact_id') }} as contact_key,
        {{ reference_key('deal_id') }} as deal_key,
        {{ reference_key('owner_id') }} as owner_key,
        {{ reference_key('returns_order_id', '_source') }} as returns_order_key,

        -- attributes
        order_id,
        account_id,
        contact_id,
        deal_id,
        owner_id,
        returns_order_id,
        ordered_at,
        delivered_at,
        status,
        kind,
        {{ known_spelling('versions.channel', 'channels', 'channel') }} as channel,
        currency,
        updated_at,

        -- origin
        {{ origin_columns() }}
    from versions
    where not _is_deleted
)

select * from final
