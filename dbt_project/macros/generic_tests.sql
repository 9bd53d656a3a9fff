{#
    Every row has a value in this column, and no two rows the same: dbt's `unique` and `not_null` in one, since a test
    costs dbt some 40 ms whatever it checks.
#}
{% test is_key(model, column_name) %}
    select {{ column_name }} as unique_field, count(*) as n_records
    from {{ model }}
    group by {{ column_name }}
    having count(*) > 1 or {{ column_name }} is null
{% endtest %}

{# No two rows have the same values in these columns. #}
{% test is_unique_together(model, columns) %}
    select {{ columns | join(', ') }}, count(*) as row_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}

{# Values, where there are any, are above zero. #}
{% test is_positive(model, column_name) %}
    select * from {{ model }} where {{ column_name }} <= 0
{% endtest %}

{# Values, where there are any, are zero or above. #}
{% test is_not_negative(model, column_name) %}
    select * from {{ model }} where {{ column_name }} < 0
{% endtest %}

{#
    None of these columns is null: one test for all of a model's columns but its key. `null_columns` names them.
#}
{% test has_no_nulls(model, columns) %}
    select
        *,
        {% for column in columns -%}
            case when {{ column }} is null then '{{ column }} ' else '' end{% if not loop.last %} || {% endif %}
        {%- endfor %} as null_columns
    from {{ model }}
    where {% for column in columns %}{{ column }} is null{% if not loop.last %} or {% endif %}{% endfor %}
{% endtest %}

{#
    dbt's own, but for one thing: where it only warns, a table that nobody delivers cannot be looked up in. A company
    without a product catalogue is told nothing of its products.
#}
{% test relationships(model, column_name, to, field) %}
    with child as (
        select {{ column_name }} as from_field
        from {{ model }}
        where {{ column_name }} is not null
    ),

    parent as (
        select {{ field }} as to_field
        from {{ to }}
    )

    select from_field
    from child
    left join parent on child.from_field = parent.to_field
    where
        parent.to_field is null
        {% if config.get('severity', 'error') | lower == 'warn' -%}
            and exists (select 1 from parent)
        {%- endif %}
{% endtest %}
