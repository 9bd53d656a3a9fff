-- grain: one row per interaction that may mean several contacts, with the one chosen: who was active last before it,
-- else who was registered last before it, else the smallest key
-- rebuilt each time, since activity that comes late can turn any choice
with keyed as (
    select * from {{ ref('int_interactions__keyed') }}
    where match_count > 1
),

candidates as (
    select * from {{ ref('int_contacts__candidates') }}
),

activity as (
    select * from {{ ref('int_contacts__activity') }}
),

contact_events as (
    select
        contact_key,
        active_at as moment_at,
        active_at,
        cast(null as {{ dbt.type_string() }}) as interaction_key,
        cast(null as timestamp) as created_at
    from activity
    union all
    select
        candidates.contact_key,
        keyed.occurred_at as moment_at,
        cast(null as timestamp) as active_at,
        keyed.interaction_key,
        case when candidates.created_at < keyed.occurred_at then candidates.created_at end as created_at
    from keyed
    inner join candidates on candidates.match_key = keyed.match_key
),

-- at the same moment the interaction comes first: activity counts only when it is before
interactions_with_activity as (
    select
        contact_key,
        interaction_key,
        created_at,
        max(active_at) over (
            partition by contact_key
            order by moment_at asc, active_at asc nulls first
            rows between unbounded preceding and current row
        ) as last_active_at
    from contact_events
),

candidates_by_activity as (
    select
        interaction_key,
        contact_key,
        row_number() over (
            partition by interaction_key
            order by last_active_at desc nulls last, created_at desc nulls last, contact_key asc
        ) as choice_rank
    from interactions_with_activity
    where interaction_key is not null
),

final as (
    select interaction_key, contact_key from candidates_by_activity
    where choice_rank = 1
)

select * from final
