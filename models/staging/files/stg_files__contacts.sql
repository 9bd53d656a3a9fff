-- grain: one row per contact (person), in its newest version
with versions as (
    {{ newest_versions(source('files', 'contacts'), ['contact_id'], newest_by='updated_at') }}
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
        {{ known_spelling('versions.first_channel', 'channels', 'channel') }} as first_channel,
        lifecycle_stage,
        created_at,
        updated_at,

        -- origin
        {{ origin_columns() }}
    from versions
    where not _is_deleted
)

select * from final
