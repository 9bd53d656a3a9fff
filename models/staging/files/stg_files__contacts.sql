-- grain: one row per contact (person), in its newest version
with source as (
    select * from {{ source('files', 'contacts') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by _source, contact_id
            order by {{ version_order('updated_at') }}
        ) as version_rank
    from source
),

final as (
    select
        -- keys
        {{ entity_key(['contact_id']) }} as contact_key,
        {{ reference_key('account_id') }} as account_key,
        {{ reference_key('owner_id') }} as owner_key,

        -- attributes
        contact_id,
        account_id,
        full_name,
        email,
        phone,
        mobile,
        job_function,
        birth_year,
        country,
        owner_id,
        first_channel,
        lifecycle_stage,
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
