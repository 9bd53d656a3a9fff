{# Join condition: the version of a rep (alias `versions` of int_users__versions or dim_reps) that was valid at a time.
   `rep_key` is the user's key on the fact, `at` the fact's own UTC timestamp. #}
{% macro is_version_at(versions, version_key, rep_key, at) -%}
    {{ versions }}.{{ version_key }} = {{ rep_key }}
    and {{ at }} >= {{ versions }}.valid_from_at
    and {{ at }} < {{ versions }}.valid_to_at
{%- endmacro %}
