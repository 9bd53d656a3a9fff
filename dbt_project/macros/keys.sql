{# Within the warehouse a key is (source, key), written `source:key`; a key of several parts joins them with `|`. #}
{% macro entity_key(columns) -%}
    _source || ':' ||
    {%- for column in columns %} cast({{ column }} as {{ dbt.type_string() }}){% if not loop.last %} || '|' ||{% endif %}{% endfor %}
{%- endmacro %}

{# The key of a row that this one refers to; null where it refers to none. `origin` is the column with the source of the ids. #}
{% macro reference_key(column, origin='_key_source') -%}
    {{ origin }} || ':' || cast({{ column }} as {{ dbt.type_string() }})
{%- endmacro %}
