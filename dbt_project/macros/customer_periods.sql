{# The customers of each period beside those of the period before: one row per customer and period in which it bought,
   or which follows one in which it was, up to the period of the data-as-of day. `grain` is month, quarter or year. #}
{% macro customer_periods(grain) -%}
with orders as (
    select * from {{ ref('int_orders__orders') }}
    where customer_key is not null and not is_cancelled and kind = 'sale'
),

settings as (
    select * from {{ ref('stg_embudo__settings') }}
),

active_periods as (
    select
        customer_key,
        max(account_key) as account_key,
        max(case when account_key is null then contact_key end) as contact_key,
        cast({{ dbt.date_trunc(grain, 'ordered_on') }} as date) as {{ grain }}_start_on
    from orders
    group by customer_key, cast({{ dbt.date_trunc(grain, 'ordered_on') }} as date)
),

following_periods as (
    select
        active_periods.customer_key,
        active_periods.account_key,
        active_periods.contact_key,
        cast({{ dbt.dateadd('month', {'month': 1, 'quarter': 3, 'year': 12}[grain], 'active_periods.' ~ grain ~ '_start_on') }} as date)
            as {{ grain }}_start_on
    from active_periods
),

final as (
    select
        -- keys
        coalesce(active_periods.customer_key, following_periods.customer_key) || '|'
        || cast(coalesce(active_periods.{{ grain }}_start_on, following_periods.{{ grain }}_start_on) as {{ dbt.type_string() }})
            as customer_{{ grain }}_key,
        coalesce(active_periods.customer_key, following_periods.customer_key) as customer_key,
        coalesce(active_periods.account_key, following_periods.account_key) as account_key,
        coalesce(active_periods.contact_key, following_periods.contact_key) as contact_key,

        -- measures
        active_periods.customer_key is not null as is_active,
        following_periods.customer_key is not null as was_active_before,
        active_periods.customer_key is not null and following_periods.customer_key is not null as is_retained,

        -- times
        coalesce(active_periods.{{ grain }}_start_on, following_periods.{{ grain }}_start_on) as {{ grain }}_start_on
    from active_periods
    full outer join following_periods
        on active_periods.customer_key = following_periods.customer_key
        and active_periods.{{ grain }}_start_on = following_periods.{{ grain }}_start_on
    cross join settings
    where coalesce(active_periods.{{ grain }}_start_on, following_periods.{{ grain }}_start_on) <= settings.as_of_on
)

select * from final
{%- endmacro %}
