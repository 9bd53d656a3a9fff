-- grain: one row per invoice
with invoices as (
    select * from {{ ref('stg_files__invoices') }}
),

orders as (
    select * from {{ ref('int_orders__orders') }}
),

user_versions as (
    select * from {{ ref('int_users__versions') }}
),

final as (
    select
        -- keys
        invoices.invoice_key,
        invoices.order_key,
        coalesce(orders.customer_key, 'account:' || invoices.account_key) as customer_key,
        coalesce(invoices.account_key, orders.account_key) as account_key,
        orders.contact_key,
        user_versions.rep_version_key,
        orders.owner_key as rep_key,

        -- attributes
        invoices.status,
        invoices.status = 'void' as is_void,

        -- measures
        {{ reporting_amount('invoices.amount') }} as invoice_amount,

        -- times
        invoices.invoiced_on
    from invoices
    left join orders on invoices.order_key = orders.order_key
    left join user_versions
        on {{ is_version_on('user_versions', 'user_key', 'orders.owner_key', 'invoices.invoiced_on') }}
    {{ join_rates('invoices.currency', 'invoices.invoiced_on') }}
)

select * from final
