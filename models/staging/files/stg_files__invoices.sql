-- grain: one row per invoice, in its newest version
with versions as (
    {{ newest_versions(source('files', 'invoices'), ['invoice_id']) }}
),

final as (
    select
        -- keys
        {{ entity_key(['invoice_id']) }} as invoice_key,
        {{ reference_key('order_id') }} as order_key,
        {{ reference_key('account_id') }} as account_key,

        -- attributes
        invoice_id,
        order_id,
        account_id,
        invoiced_on,
        amount,
        currency,
        status,

        -- origin
        {{ origin_columns() }}
    from versions
    where not _is_deleted
)

select * from final
