-- grain: one row per entry of a deal into a stage, in its newest version
with source as (
    select * from {{ source('files', 'deal_stage_changes') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by _source, deal_id, stage, entered_at
            order by {{ version_order() }}
        ) as version_rank
    from source
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
        _source,
        _load_seq,
        _file,
        _line
    from versions
    where version_rank = 1 and not _is_deleted
)

select * from final
