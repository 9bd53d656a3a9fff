-- grain: one row per contact; name, phone and e-mail stay in the private warehouse, what leaves it is keyed
with contacts as (
    select * from {{ ref('stg_files__contacts') }}
),

addresses as (
    select * from {{ ref('int_contacts__addresses') }}
),

versions as (
    select * from {{ ref('int_users__versions') }}
),

settings as (
    select * from {{ source('embudo', 'settings') }}
),

aged as (
    select
        contacts.*,
        10 * cast(floor((extract(year from settings.as_of_on) - contacts.birth_year) / 10) as bigint) as decade
    from contacts
    cross join settings
),

final as (
    select
        -- keys
        aged.contact_key,
        aged.account_key,
        aged.owner_key,
        versions.rep_version_key,

        -- attributes
        {{ keyed_hash('addresses.email') }} as email_hmac,
        {{ keyed_hash('addresses.phone') }} as phone_hmac,
        {{ keyed_hash('addresses.mobile') }} as mobile_hmac,
        aged.job_function,
        case
            when aged.decade between 0 and 110
                then cast(aged.decade as {{ dbt.type_string() }}) || '-' || cast(aged.decade + 9 as {{ dbt.type_string() }})
        end as age_band,
        aged.country,
        aged.first_channel,
        aged.lifecycle_stage,

        -- times
        {{ local_date('aged.created_at') }} as created_on
    from aged
    left join addresses on addresses.contact_key = aged.contact_key
    left join versions
        on {{ is_version_at('versions', 'user_key', 'aged.owner_key', 'aged.created_at') }}
)

select * from final
