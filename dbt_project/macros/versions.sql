{# Versions of a row, the newest first: by the source's own time where it gives one (`newest_by`), then by file name, load
   and line. `whole_file`: the lines of a file are one version. #}
{% macro version_order(newest_by=none, whole_file=false) -%}
    {% if newest_by %}{{ newest_by }} desc nulls last, {% endif %}_file desc, _load_seq desc{% if not whole_file %}, _line desc{% endif %}
{%- endmacro %}

{# Condition: `version` counts in place of `existing`, the row as stored, or there is none stored. #}
{% macro is_newer_version(version, existing, key) -%}
    (
        {{ existing }}.{{ key }} is null
        or {{ version }}._file > {{ existing }}._file
        or ({{ version }}._file = {{ existing }}._file and {{ version }}._load_seq > {{ existing }}._load_seq)
    )
{%- endmacro %}
