-- activities that the mart lacks or has too many; `--full-refresh` repairs it
with landed_activities as (
    select activity_key from {{ ref('int_activities__newest') }}
    where not _is_deleted
    union all
    select 'call/' || call_key as activity_key from {{ ref('int_calls__newest') }}
    where not _is_deleted and direction <> 'internal'
),

mart_activities as (
    select activity_key from {{ ref('fct_activities') }}
)

select coalesce(landed_activities.activity_key, mart_activities.activity_key) as activity_key
from landed_activities
full outer join mart_activities on mart_activities.activity_key = landed_activities.activity_key
where landed_activities.activity_key is null or mart_activities.activity_key is null
