-- grain: one row per answer to a survey
with answers as (
    select * from {{ ref('stg_files__survey_answers') }}
),

calls as (
    select * from {{ ref('fct_calls') }}
),

contacts as (
    select * from {{ ref('dim_contacts') }}
),

keys as (
    select * from {{ ref('int_users__keys') }}
    where user_key is not null
),

versions as (
    select * from {{ ref('int_users__versions') }}
),

-- what the answer itself leaves out comes from the call that it is about
placed as (
    select
        answers.*,
        coalesce(by_key.user_key, by_text.user_key, calls.rep_key) as rep_key,
        coalesce(answers.contact_key, calls.contact_key) as known_contact_key
    from answers
    left join calls on calls.call_key = answers.call_key
    left join keys as by_key
        on by_key.key_kind = 'id' and by_key.key_value = answers.agent_key
    left join keys as by_text
        on by_text.key_kind <> 'id' and by_text.key_value = lower(trim(answers.agent_id))
),

final as (
    select
        -- keys
        placed.answer_key,
        versions.rep_version_key,
        placed.rep_key,
        placed.known_contact_key as contact_key,
        coalesce(placed.account_key, contacts.account_key) as account_key,
        placed.call_key,

        -- attributes
        placed.survey,
        placed.survey = 'csat' and placed.score >= 4 as is_satisfied,
        placed.survey = 'nps' and placed.score >= 9 as is_promoter,
        placed.survey = 'nps' and placed.score <= 6 as is_detractor,

        -- measures
        placed.score,

        -- times
        placed.answered_at,
        {{ local_date('placed.answered_at') }} as answered_on
    from placed
    left join contacts on contacts.contact_key = placed.known_contact_key
    left join versions
        on {{ is_version_at('versions', 'user_key', 'placed.rep_key', 'placed.answered_at') }}
)

select * from final
