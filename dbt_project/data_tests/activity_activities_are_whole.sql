-- activities that the mart lacks or has too many; `--full-refresh` repairs it
with landed as (
    select activity_key from {{ ref('int_activities__unified') }}
),

marted as (
    select activity_key from {{ ref('fct_activities') }}
)

select coalesce(landed.activity_key, marted.activity_key) as activity_key
from landed
full outer join marted on marted.activity_key = landed.activity_key
where landed.activity_key is null or marted.activity_key is null
