-- grain: one row per entry of a deal into a stage, in its newest version
with versions as (
    {{ newest_versions(source('files', 'deal_stage_changes'), ['deal_id', 'stage', 'entered_at']) }}
),

final as (
    select
        -- keys
        {{ entity_key(['deal_id', 'stage', 'entered_at']) }} as stage_change_key,
        {{ reference_key('deal_id', '_source') }} as deal_key,

        -- attributes
        deal_id,
        stage,
        entered_at,

        -- origin
        {{ origin_columns() }}
    from versions
    where not _is_deleted
)

select * from final
