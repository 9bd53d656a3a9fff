{# The customers of each period beside those of the period before: one row per customer and period in which it was active,
   or which follows one in which it was, up to the period of the data-as-of day. `grain` is month, quarter or year. #}
{% macro customer_periods(grain) -%}
with orders as (
    select * from {{ ref('int_orders__orders') }}
    where customer_key is not null and not is_cancelled
),

settings as (
    select * from {{ source('embudo', 'settings') }}
),

active as (
    select
        customer_key,
        max(account_key) as account_key,
        max(case when account_key is null then contact_key end) as contact_key,
        cast({{ dbt.date_trunc(grain, 'ordered_on') }} as date) as {{ grain }}_start_on
    from orders
    group by customer_key, cast({{ dbt.date_trunc(grain, 'ordered_on') }} as date)
),

followed as (
    select
        active.customer_key,
        active.account_key,
        active.contact_key,
        cast({{ dbt.dateadd('month', {'month': 1, 'quarter': 3, 'year': 12}[grain], 'active.' ~ grain ~ '_start_on') }} as date)
            as {{ grain }}_start_on
    from active
),

final as (
    select
        -- keys
        coalesce(active.customer_key, followed.customer_key) || '|'
        || cast(coalesce(active.{{ grain }}_start_on, followed.{{ grain }}_start_on) as {{ dbt.type_string() }})
            as customer_{{ grain }}_key,
        coalesce(active.customer_key, followed.customer_key) as customer_key,
        coalesce(active.account_key, followed.account_key) as account_key,
        coalesce(active.contact_key, followed.contact_key) as contact_key,

        -- measures
        active.customer_key is not null as is_active,
        followed.customer_key is not null as was_active_before,
        active.customer_key is not null and followed.customer_key is not null as is_retained,

        -- times
        coalesce(active.{{ grain }}_start_on, followed.{{ grain }}_start_on) as {{ grain }}_start_on
    from active
    full outer join followed
        on active.customer_key = followed.customer_key
        and active.{{ grain }}_start_on = followed.{{ grain }}_start_on
    cross join settings
    where coalesce(active.{{ grain }}_start_on, followed.{{ grain }}_start_on) <= settings.as_of_on
)

select * from final
{%- endmacro %}
