-- stages of open deals without a probability in seeds/stages count as 0 in the weighted pipeline: add them there
{{ config(severity='warn') }}
select distinct
    stages.pipeline,
    stages.stage
from {{ ref('int_deals__stages') }} as stages
inner join {{ ref('fct_open_deals') }} as deals
    on stages.pipeline = deals.pipeline
    and stages.stage = deals.stage
where stages.probability is null
