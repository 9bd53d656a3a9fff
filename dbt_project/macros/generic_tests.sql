{# No two rows have the same values in these columns. #}
{% test is_unique_together(model, columns) %}
    select {{ columns | join(', ') }}, count(*) as row_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}

{# Values, where there are any, are above zero. #}
{% test is_positive(model, column_name) %}
    select {{ column_name }} from {{ model }} where {{ column_name }} <= 0
{% endtest %}

{# Values, where there are any, are zero or above. #}
{% test is_not_negative(model, column_name) %}
    select {{ column_name }} from {{ model }} where {{ column_name }} < 0
{% endtest %}
