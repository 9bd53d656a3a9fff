-- stages of open deals without a probability in seeds/stages count as 0 in the weighted pipeline: add them there
{{ config(severity='warn', meta={
    'expected': 'each stage of an open deal has a probability',
    'remedy': 'Add the stage with its probability to seeds/stages.csv; until then its deals count as 0 in the weighted pipeline.',
}) }}
select distinct
    stages.pipeline,
    stages.stage
from {{ ref('int_deals__stages') }} as stages
inner join {{ ref('fct_open_deals') }} as deals
    on stages.pipeline = deals.pipeline
    and stages.stage = deals.stage
where stages.probability is null
