-- grain: one row per deal (opportunity), in its newest version
with versions as (
    {{ newest_versions(source('files', 'deals'), ['deal_id'], newest_by='updated_at') }}
),

final as (
    select
        -- keys
        {{ entity_key(['deal_id']) }} as deal_key,
        {{ reference_key('account_id') }} as account_key,
        {{ reference_key('contact_id') }} as contact_key,
        {{ reference_key('lead_id') }} as lead_key,
        {{ reference_key('owner_id') }} as owner_key,
        {{ reference_key('product_id') }} as product_key,

        -- attributes
        deal_id,
        name,
        account_id,
        contact_id,
        lead_id,
        owner_id,
        pipeline,
        stage,
        amount,
        currency,
        deal_type,
        product_id,
        created_at,
        closed_at,
        expected_close_on,
        status,
        lost_reason,
        updated_at,

        -- origin
        {{ origin_columns() }}
    from versions
    where not _is_deleted
)

select * from final
