-- grain: one row per day, from the month of the first business date to the end of the data-as-of year
-- five digits give 100,000 numbers: 273 years of days
with bounds as (
    select * from {{ ref('int_time__bounds') }}
),

holidays as (
    select * from {{ ref('holidays') }}
    where country = '{{ var("country") }}'
),

digits as (
    select 0 as digit
    {%- for digit in range(1, 10) %}
    union all
    select {{ digit }}
    {%- endfor %}
),

numbers as (
    select d1.digit + 10 * d2.digit + 100 * d3.digit + 1000 * d4.digit + 10000 * d5.digit as number
    from digits as d1
    cross join digits as d2
    cross join digits as d3
    cross join digits as d4
    cross join digits as d5
),

days as (
    select cast({{ dbt.dateadd('day', 'numbers.number', 'bounds.first_on') }} as date) as date_on
    from bounds
    inner join numbers
        on numbers.number <= {{ dbt.datediff('bounds.first_on', 'bounds.last_on', 'day') }}
),

final as (
    select
        -- key
        days.date_on,

        -- periods
        cast({{ dbt.date_trunc('week', 'days.date_on') }} as date) as week_start_on,
        cast({{ dbt.date_trunc('month', 'days.date_on') }} as date) as month_start_on,
        cast({{ dbt.date_trunc('quarter', 'days.date_on') }} as date) as quarter_start_on,
        cast({{ dbt.date_trunc('year', 'days.date_on') }} as date) as year_start_on,

        -- attributes
        cast(extract(year from days.date_on) as bigint) as calendar_year,
        cast(extract(quarter from days.date_on) as bigint) as quarter_of_year,
        cast(extract(month from days.date_on) as bigint) as month_of_year,
        cast(extract(week from days.date_on) as bigint) as iso_week,
        cast(extract(day from days.date_on) as bigint) as day_of_month,
        1 + {{ dbt.datediff(dbt.date_trunc('week', 'days.date_on'), 'days.date_on', 'day') }} as day_of_week,
        holidays.holiday_name,
        holidays.holiday_on is not null as is_holiday,
        holidays.holiday_on is null
        and {{ dbt.datediff(dbt.date_trunc('week', 'days.date_on'), 'days.date_on', 'day') }} < 5
            as is_working_day
    from days
    left join holidays on holidays.holiday_on = days.date_on
)

select * from final
