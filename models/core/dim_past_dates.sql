-- grain: one row per day up to the data-as-of day: what running totals and comparisons with earlier periods are laid
-- out on, so that they end where the data does
with dates as (
    select * from {{ ref('dim_dates') }}
),

settings as (
    select * from {{ ref('stg_embudo__settings') }}
),

final as (
    select dates.date_on
    from dates
    inner join settings on dates.date_on <= settings.as_of_on
)

select * from final
