-- grain: one row per currency and period in which its rate to the reporting currency is the same
-- the reporting currency itself is always 1; others cross through the euro
with exchange_rates as (
    select * from {{ ref('exchange_rates') }}
),

stretches as (
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

crossed as (
    select
        stretches.currency,
        greatest(stretches.valid_from_on, reporting.valid_from_on) as valid_from_on,
        least(stretches.valid_to_on, reporting.valid_to_on) as valid_to_on,
        cast(reporting.units_per_euro / stretches.units_per_euro as decimal(18, 8)) as rate
    from stretches
    inner join stretches as reporting
        on reporting.currency = '{{ var("currency") | upper }}'
        and stretches.valid_from_on < reporting.valid_to_on
        and reporting.valid_from_on < stretches.valid_to_on
    where stretches.currency <> '{{ var("currency") | upper }}'
),

final as (
    select * from crossed
    union all
    select
        '{{ var("currency") | upper }}' as currency,
        cast('1900-01-01' as date) as valid_from_on,
        cast('9999-12-31' as date) as valid_to_on,
        cast(1 as decimal(18, 8)) as rate
)

select * from final
