-- grain: one row a metric, scope and grain with targets to be reviewed, and when: whoever sets any of them anew has
-- looked at all of them
create or replace temp table reviews as
select
    metric,
    scope,
    scope_key,
    grain,
    next_review_on,
    cast(next_review_on - moment.as_of_on as bigint) as days_to_next_review
from stated_targets
cross join moment
where next_review_on is not null
qualify row_number() over (
    partition by metric, scope, scope_key, grain order by next_review_on desc
) = 1
