-- grain: one row per account
with accounts as (
    select * from {{ ref('stg_files__accounts') }}
),

final as (
    select
        -- keys
        account_key,
        owner_key,

        -- attributes
        {{ public_id('account_id') }} as account_id,
        name as account_name,
        industry,
        segment,
        employees,
        country,
        region,
        city,

        -- times
        {{ local_date('created_at') }} as created_on
    from accounts
)

select * from final
