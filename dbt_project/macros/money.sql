{# Money in the reporting currency, at the rate of the row's own day. In a model:

    select {{ reporting_amount('lines.amount') }} as net_amount
    from lines
    {{ join_rates('lines.currency', 'lines.ordered_on') }}

   A row without a currency is in the reporting currency. A currency without a rate at that day gives null here and
   fails the data test `core_amounts_have_rates`, so no release is made of it. The amount is widened first: DuckDB keeps
   the product of two 18-digit decimals in 18 digits, which overflow at a million. #}
{% macro join_rates(currency, on_date, alias='rates') -%}
    left join {{ ref('int_currency__rates') }} as {{ alias }}
        on {{ alias }}.currency = coalesce(upper({{ currency }}), '{{ var("currency") | upper }}')
        and {{ on_date }} >= {{ alias }}.valid_from_on
        and {{ on_date }} < {{ alias }}.valid_to_on
{%- endmacro %}

{% macro reporting_amount(amount, alias='rates') -%}
    cast(cast({{ amount }} as decimal(28, 4)) * {{ alias }}.rate as decimal(18, 4))
{%- endmacro %}
