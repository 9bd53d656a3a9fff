-- grain: one row per lead, in its newest version
with versions as (
    {{ newest_versions(source('files', 'leads'), ['lead_id'], newest_by='updated_at') }}
),

final as (
    select
        -- keys
        {{ entity_key(['lead_id']) }} as lead_key,
        {{ reference_key('contact_id') }} as contact_key,
        {{ reference_key('account_id') }} as account_key,
        {{ reference_key('campaign_id') }} as campaign_key,
        {{ reference_key('owner_id') }} as owner_key,
        {{ reference_key('deal_id') }} as deal_key,

        -- attributes
        lead_id,
        contact_id,
        account_id,
        full_name,
        email,
        phone,
        {{ known_spelling('versions.channel', 'channels', 'channel') }} as channel,
        campaign_id,
        owner_id,
        created_at,
        qualified_at,
        disqualified_at,
        converted_at,
        deal_id,
        updated_at,

        -- origin
        {{ origin_columns() }}
    from versions
    where not _is_deleted
)

select * from final
