-- grain: one row per line of spend of a day, channel and campaign, in its newest version
-- lines of one file with the same key add up; a later file replaces an earlier one's rows of the key
with source as (
    select * from {{ source('files', 'marketing_spend') }}
),

versions as (
    select
        *,
        rank() over (
            partition by _source, spend_on, channel, campaign_id
            order by {{ version_order(whole_file=true) }}
        ) as version_rank
    from source
),

final as (
    select
        -- keys
        {{ reference_key('campaign_id') }} as campaign_key,

        -- attributes
        spend_on,
        {{ known_spelling('versions.channel', 'channels', 'channel') }} as channel,
        campaign_id,
        amount,
        currency,

        -- origin
        {{ origin_columns() }}
    from versions
    where version_rank = 1 and not _is_deleted
)

select * from final
