-- grain: one row per metric, scope and grain with targets to be reviewed, and when: whoever resets any of them has
-- reviewed all of them
create or replace temp table target_reviews as
select
    metric,
    scope,
    scope_key,
    grain,
    next_review_on,
    cast(next_review_on - release.as_of_on as bigint) as days_to_next_review
from stated_targets
cross join release
where next_review_on is not null
qualify row_number() over (
    partition by metric, scope, scope_key, grain order by next_review_on desc
) = 1
