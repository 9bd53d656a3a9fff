-- grain: one row per day, from the month of the first business date to the end of the data-as-of year
-- five digits give 100,000 numbers: 273 years of days
with bounds as (
    select * from {{ ref('int_time__bounds') }}
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

final as (
    select cast({{ dbt.dateadd('day', 'numbers.number', 'bounds.first_on') }} as date) as date_on
    from bounds
    inner join numbers
        on numbers.number <= {{ dbt.datediff('bounds.first_on', 'bounds.last_on', 'day') }}
)

select * from final
