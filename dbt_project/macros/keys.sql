{# Within the warehouse a key is (source, key), written `source:key`; a key of several parts joins them with `|`. Ids that
   are or hold an e-mail or a phone are hashed in it (`privacy.sql`). #}
{% macro entity_key(columns) -%}
    _source || ':' ||
    {%- for column in columns %} {{ key_part(column) }}{% if not loop.last %} || '|' ||{% endif %}{% endfor %}
{%- endmacro %}

{# The key of a row that this one refers to; null where it refers to none. `origin` is the column with the source of the ids. #}
{% macro reference_key(column, origin='_key_source') -%}
    {{ origin }} || ':' || {{ key_part(column) }}
{%- endmacro %}

{% macro key_part(column) -%}
    {%- if column.endswith('_id') -%}
        {{ public_id(column, of_person=column in ['contact_id', 'lead_id']) }}
    {%- else -%}
        cast({{ column }} as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}
