{# Schemas are named as the folders are, with no prefix: readers and MetricFlow see `core`, not `main_core`. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
