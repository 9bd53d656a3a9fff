{# The reporting zone's clock at a UTC timestamp. Timestamps are stored in UTC and converted here only. #}
{% macro local_time(timestamp) -%}
    {{ return(adapter.dispatch('local_time', 'embudo')(timestamp)) }}
{%- endmacro %}

{% macro default__local_time(timestamp) -%}
    {%- if var('time_zone') | upper == 'UTC' -%}
        {{ timestamp }}
    {%- else -%}
        timezone('{{ var("time_zone") }}', timezone('UTC', {{ timestamp }}))
    {%- endif -%}
{%- endmacro %}

{% macro spark__local_time(timestamp) -%}
    from_utc_timestamp({{ timestamp }}, '{{ var("time_zone") }}')
{%- endmacro %}

{# The day in the reporting zone on which a UTC timestamp falls. #}
{% macro local_date(timestamp) -%}
    cast({{ local_time(timestamp) }} as date)
{%- endmacro %}

{# The first day of the month in the reporting zone in which a UTC timestamp falls. #}
{% macro local_month(timestamp) -%}
    cast({{ dbt.date_trunc('month', local_time(timestamp)) }} as date)
{%- endmacro %}

{# The time of day in the reporting zone at a UTC timestamp, as four columns: `hour_name` is when that hour began
   (UTC), so that the hour that a change of clocks repeats is two; then hour, half hour and ISO weekday. #}
{% macro time_of_day(timestamp, hour_name) -%}
    {%- set local = local_time(timestamp) -%}
    cast({{ timestamp }} - ({{ local }} - {{ dbt.date_trunc('hour', local) }}) as timestamp) as {{ hour_name }},
        cast(extract(hour from {{ local }}) as integer) as hour_of_day,
        lpad(cast(extract(hour from {{ local }}) as {{ dbt.type_string() }}), 2, '0')
        || case when extract(minute from {{ local }}) < 30 then ':00' else ':30' end as half_hour,
        cast({{ iso_weekday(local) }} as integer) as weekday
{%- endmacro %}

{# 1 for Monday to 7 for Sunday. #}
{% macro iso_weekday(timestamp) -%}
    {{ return(adapter.dispatch('iso_weekday', 'embudo')(timestamp)) }}
{%- endmacro %}

{% macro default__iso_weekday(timestamp) -%}
    extract(isodow from {{ timestamp }})
{%- endmacro %}

{% macro spark__iso_weekday(timestamp) -%}
    extract(dayofweek_iso from {{ timestamp }})
{%- endmacro %}

{# Seconds from one timestamp to another, with no regard to second boundaries; null where either is. #}
{% macro seconds_between(first, second) -%}
    {{ return(adapter.dispatch('seconds_between', 'embudo')(first, second)) }}
{%- endmacro %}

{% macro default__seconds_between(first, second) -%}
    cast(floor(epoch({{ second }}) - epoch({{ first }})) as bigint)
{%- endmacro %}

{% macro spark__seconds_between(first, second) -%}
    cast(unix_timestamp({{ second }}) - unix_timestamp({{ first }}) as bigint)
{%- endmacro %}

{# A timestamp some hours later. #}
{% macro hours_after(timestamp, hours) -%}
    {{ timestamp }} + interval '{{ hours }}' hour
{%- endmacro %}

{# Open ends of validity, so that joins need no null handling. #}
{% macro beginning_of_time() -%}
    cast('1900-01-01 00:00:00' as timestamp)
{%- endmacro %}

{% macro end_of_time() -%}
    cast('9999-12-31 00:00:00' as timestamp)
{%- endmacro %}
