-- grain: one row per missed inbound call from a known number, when a connected call with the number followed, and whether
-- that was within the hours of the var `recovery_hours`
-- a refresh resolves again all numbers that its calls have, or had before they changed
{{ config(materialized='incremental', unique_key='call_key', incremental_strategy='delete+insert') }}

with calls as (
    select
        call_key,
        other_number,
        replaced_number,
        started_at,
        is_missed and not _is_deleted as is_missed,
        is_connected and not _is_deleted as is_connected,
        _load_seq
    from {{ ref('int_calls__newest') }}
),

{% if is_incremental() %}
changed_calls as (
    select * from calls
    where _load_seq > {{ highest(this, 'recovered_seq') }}
),

changed_numbers as (
    select other_number from changed_calls
    union
    select replaced_number as other_number from changed_calls
),

{% endif %}
calls_with_next_connected as (
    select
        calls.call_key,
        calls.started_at,
        calls.is_missed,
        min(case when calls.is_connected then calls.started_at end) over (
            partition by calls.other_number
            order by calls.started_at asc, case when calls.is_connected then 0 else 1 end asc
            rows between 1 following and unbounded following
        ) as next_connected_at
    from calls
    {% if is_incremental() %}
    inner join changed_numbers on changed_numbers.other_number = calls.other_number
    {% endif %}
    where calls.other_number is not null
),

final as (
    select
        call_key,
        next_connected_at as returned_at,
        coalesce(next_connected_at <= {{ hours_after('started_at', var('recovery_hours')) }}, false) as is_recovered,
        cast({{ current_load() }} as bigint) as recovered_seq
    from calls_with_next_connected
    where is_missed
)

select * from final
