-- grain: one row per currency and period in which its rate to the reporting currency is the same
-- the reporting currency itself is always 1; others cross through the euro
-- a rate needs its digits: thousands of pesos or dongs to the euro leave eight decimals with four of them
with exchange_rates as (
    select * from {{ ref('exchange_rates') }}
),

rate_periods as (
    select
        upper(currency) as currency,
        units_per_euro,
        valid_from_on,
        coalesce(
            lead(valid_from_on) over (partition by upper(currency) order by valid_from_on),
            cast('9999-12-31' as date)
        ) as valid_to_on
    from exchange_rates
),

cross_rates as (
    select
        rate_periods.currency,
        greatest(rate_periods.valid_from_on, reporting.valid_from_on) as valid_from_on,
        least(rate_periods.valid_to_on, reporting.valid_to_on) as valid_to_on,
        cast(reporting.units_per_euro / rate_periods.units_per_euro as decimal(24, 14)) as rate
    from rate_periods
    inner join rate_periods as reporting
        on reporting.currency = '{{ var("currency") | upper }}'
        and rate_periods.valid_from_on < reporting.valid_to_on
        and reporting.valid_from_on < rate_periods.valid_to_on
    where rate_periods.currency <> '{{ var("currency") | upper }}'
),

final as (
    select * from cross_rates
    union all
    select
        '{{ var("currency") | upper }}' as currency,
        cast('1900-01-01' as date) as valid_from_on,
        cast('9999-12-31' as date) as valid_to_on,
        cast(1 as decimal(24, 14)) as rate
)

select * from final
