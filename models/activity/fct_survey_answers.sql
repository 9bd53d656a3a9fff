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

user_versions as (
    select * from {{ ref('int_users__versions') }}
),

-- what the answer itself leaves out comes from the call that it is about
answers_by_rep as (
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
        answers_by_rep.answer_key,
        user_versions.rep_version_key,
        answers_by_rep.rep_key,
        answers_by_rep.known_contact_key as contact_key,
        coalesce(answers_by_rep.account_key, contacts.account_key) as account_key,
        answers_by_rep.call_key,

        -- attributes
        answers_by_rep.survey,
        answers_by_rep.survey = 'csat' and answers_by_rep.score >= {{ var('satisfied_from_score') }} as is_satisfied,
        answers_by_rep.survey = 'nps' and answers_by_rep.score >= 9 as is_promoter,
        answers_by_rep.survey = 'nps' and answers_by_rep.score <= 6 as is_detractor,

        -- measures
        answers_by_rep.score,

        -- times
        answers_by_rep.answered_at,
        {{ local_date('answers_by_rep.answered_at') }} as answered_on
    from answers_by_rep
    left join contacts on contacts.contact_key = answers_by_rep.known_contact_key
    left join user_versions
        on {{ is_version_at('user_versions', 'user_key', 'answers_by_rep.rep_key', 'answers_by_rep.answered_at') }}
)

select * from final
