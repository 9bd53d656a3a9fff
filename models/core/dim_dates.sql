-- grain: one row per day, from the month of the first business date to the end of the data-as-of year
with days as (
    select * from {{ ref('int_time__days') }}
),

holidays as (
    select * from {{ ref('holidays') }}
    where country = '{{ var("country") }}'
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
