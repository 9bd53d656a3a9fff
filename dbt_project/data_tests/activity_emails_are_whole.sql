-- campaign emails that the mart lacks or has too many; `--full-refresh` repairs it
with landed as (
    select email_key from {{ ref('int_email__messages') }}
    where is_sent
),

marted as (
    select email_key from {{ ref('fct_campaign_emails') }}
)

select coalesce(landed.email_key, marted.email_key) as email_key
from landed
full outer join marted on marted.email_key = landed.email_key
where landed.email_key is null or marted.email_key is null
