{# Join condition: the version of a rep that was valid at the end of a day of the reporting zone, for facts that have
   a day and no time. Arguments as those of `is_version_at`. #}
{% macro is_version_on(versions, version_key, rep_key, on_date) -%}
    {{ versions }}.{{ version_key }} = {{ rep_key }}
    and {{ on_date }} >= {{ local_date(versions ~ '.valid_from_at') }}
    and {{ on_date }} < {{ local_date(versions ~ '.valid_to_at') }}
{%- endmacro %}
