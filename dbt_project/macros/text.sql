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

{# Texts as an SQL list without its parentheses: `'meeting', 'visit'`. #}
{% macro quoted_list(texts) -%}
    {%- for text in texts %}'{{ text }}'{% if not loop.last %}, {% endif %}{% endfor %}
{%- endmacro %}
