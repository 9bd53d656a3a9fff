-- grain: one row per day, channel and campaign of a source
with spend as (
    select
        _source,
        spend_on,
        channel,
        campaign_key,
        currency,
        sum(amount) as amount
    from {{ ref('stg_files__marketing_spend') }}
    group by _source, spend_on, channel, campaign_key, currency
),

final as (
    select
        -- keys
        spend._source || '|' || cast(spend.spend_on as {{ dbt.type_string() }}) || '|' || spend.channel || '|'
        || coalesce(spend.campaign_key, '') as spend_key,
        spend.campaign_key,

        -- attributes
        spend.channel,

        -- measures
        cast(sum({{ reporting_amount('spend.amount') }}) as decimal(38, 4)) as spend_amount,

        -- times
        spend.spend_on
    from spend
    {{ join_rates('spend.currency', 'spend.spend_on') }}
    group by spend._source, spend.spend_on, spend.channel, spend.campaign_key
)

select * from final
