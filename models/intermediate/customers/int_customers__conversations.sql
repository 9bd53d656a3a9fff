-- grain: one row per customer and month in which it had a two-way exchange with a rep
with activities as (
    select
        account_key,
        contact_key,
        cast({{ dbt.date_trunc('month', 'started_on') }} as date) as month_start_on
    from {{ ref('int_activities__unified') }}
    where is_conversation
),

final as (
    select
        'account:' || account_key as customer_key,
        month_start_on
    from activities
    where account_key is not null
    union
    select
        'contact:' || contact_key as customer_key,
        month_start_on
    from activities
    where contact_key is not null
)

select * from final
