{# The highest value of a column of a table that is there already, as a literal, so that landed files that hold nothing
   newer are passed over by their statistics. 0 where there is none, and while dbt only parses. #}
{% macro highest(relation, column) -%}
    {%- if execute -%}
        {%- set answer = run_query("select coalesce(max(" ~ column ~ "), 0) as highest from " ~ relation) -%}
        {{- answer.columns[0].values()[0] -}}
    {%- else -%}
        0
    {%- endif -%}
{%- endmacro %}

{# The load that a refresh ends with: rows that a refresh rewrites are stamped with it. #}
{% macro current_load() -%}
    {{ highest(ref('stg_embudo__settings'), 'load_seq') }}
{%- endmacro %}

{# Condition: `existing` (the row as stored) is missing or differs from `found` in one of the columns. #}
{% macro is_changed(existing, found, key, columns) -%}
    (
        {{ existing }}.{{ key }} is null
        {%- for column in columns %}
        or {{ existing }}.{{ column }} is distinct from {{ found }}.{{ column }}
        {%- endfor %}
    )
{%- endmacro %}
