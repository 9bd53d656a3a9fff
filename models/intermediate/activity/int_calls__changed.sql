-- grain: one row per call of which this refresh has found something new: the marts take these over
-- a release is always built whole, so what an earlier refresh has found stands in its marts already
{{ config(materialized='view') }}

with settings as (
    select * from {{ ref('stg_embudo__settings') }}
),

final as (
    select call_key from {{ ref('int_calls__agents') }}
    where matched_seq = (select load_seq from settings)
    union
    select substr(interaction_key, 6) as call_key from {{ ref('int_interactions__matches') }}
    where matched_seq = (select load_seq from settings) and interaction_key like 'call/%'
    union
    select call_key from {{ ref('int_calls__recoveries') }}
    where recovered_seq = (select load_seq from settings)
)

select * from final
