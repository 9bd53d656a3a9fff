{# One row per metric whose unit is an amount of money, read from the metrics' own `config.meta.unit`. #}
{% macro metrics_in_money() -%}
    select cast(null as {{ dbt.type_string() }}) as metric where false
    {%- if execute %}
    {%- for metric in graph.metrics.values() | sort(attribute='name') %}
    {%- if metric.config.meta.get('unit') == 'currency' %}
    union all select '{{ metric.name }}'
    {%- endif %}
    {%- endfor %}
    {%- endif %}
{%- endmacro %}

{# A target as stated; money in the reporting currency. #}
{% macro stated_amount() -%}
    case
        when money_metrics.metric is null then cast(targets.target as decimal(18, 4))
        else {{ reporting_amount('cast(targets.target as decimal(28, 4))') }}
    end
{%- endmacro %}
