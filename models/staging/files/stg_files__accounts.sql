-- grain: one row per account (company), in its newest version
with versions as (
    {{ newest_versions(source('files', 'accounts'), ['account_id'], newest_by='updated_at') }}
),

final as (
    select
        -- keys
        {{ entity_key(['account_id']) }} as account_key,
        {{ reference_key('parent_account_id') }} as parent_account_key,
        {{ reference_key('owner_id') }} as owner_key,

        -- attributes
        account_id,
        name,
        industry,
        employees,
        annual_revenue,
        currency,
        country,
        region,
        city,
        postal_code,
        segment,
        parent_account_id,
        owner_id,
        created_at,
        updated_at,

        -- origin
        {{ origin_columns() }}
    from versions
    where not _is_deleted
)

select * from final
