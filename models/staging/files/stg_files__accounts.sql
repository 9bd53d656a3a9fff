-- grain: one row per account (company), in its newest version
with source as (
    select * from {{ source('files', 'accounts') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by _source, account_id
            order by {{ version_order('updated_at') }}
        ) as version_rank
    from source
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
        _source,
        _load_seq,
        _file,
        _line
    from versions
    where version_rank = 1 and not _is_deleted
)

select * from final
