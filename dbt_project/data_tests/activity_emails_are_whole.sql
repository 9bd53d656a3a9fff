-- campaign emails that the mart lacks or has too many; `--full-refresh` repairs it
with landed_emails as (
    select email_key from {{ ref('int_email__messages') }}
    where is_sent
),

mart_emails as (
    select email_key from {{ ref('fct_campaign_emails') }}
)

select coalesce(landed_emails.email_key, mart_emails.email_key) as email_key
from landed_emails
full outer join mart_emails on mart_emails.email_key = landed_emails.email_key
where landed_emails.email_key is null or mart_emails.email_key is null
