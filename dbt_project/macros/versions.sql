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

{# The newest version of each key of a relation, deleted ones too; `keys` are the source's own, within its source. #}
{% macro newest_versions(relation, keys, newest_by=none) -%}
    select * from (
        select
            *,
            row_number() over (
                partition by _source, {{ keys | join(', ') }}
                order by {{ version_order(newest_by) }}
            ) as version_rank
        from {{ relation }}
    ) as ranked_versions
    where version_rank = 1
{%- endmacro %}

{# Where a row of a stream comes from: its source, load, file and line. #}
{% macro origin_columns() -%}
    _source,
        _load_seq,
        _file,
        _line
{%- endmacro %}
