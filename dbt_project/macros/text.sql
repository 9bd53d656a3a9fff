{# All matches of a regular expression replaced. #}
{% macro regexp_replace_all(text, pattern, replacement) -%}
    {{ return(adapter.dispatch('regexp_replace_all', 'embudo')(text, pattern, replacement)) }}
{%- endmacro %}

{% macro default__regexp_replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{% macro spark__regexp_replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, r'{{ pattern }}', '{{ replacement }}')
{%- endmacro %}

{# The values of a group in one text, in their own order, so that equal groups give equal texts. #}
{% macro joined(text) -%}
    {{ return(adapter.dispatch('joined', 'embudo')(text)) }}
{%- endmacro %}

{% macro default__joined(text) -%}
    string_agg({{ text }}, ',' order by {{ text }})
{%- endmacro %}

{% macro spark__joined(text) -%}
    array_join(array_sort(collect_list({{ text }})), ',')
{%- endmacro %}
