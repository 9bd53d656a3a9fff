-- calls that the mart lacks or has too many: it takes over what a refresh has changed, so a refresh that left a
-- model out would show here; `--full-refresh` repairs it
with landed_calls as (
    select call_key from {{ ref('int_calls__newest') }}
    where not _is_deleted
),

mart_calls as (
    select call_key from {{ ref('fct_calls') }}
)

select coalesce(landed_calls.call_key, mart_calls.call_key) as call_key
from landed_calls
full outer join mart_calls on mart_calls.call_key = landed_calls.call_key
where landed_calls.call_key is null or mart_calls.call_key is null
