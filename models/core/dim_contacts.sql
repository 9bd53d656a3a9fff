-- grain: one row per contact; name, phone and e-mail stay in the private warehouse, what leaves it is keyed
with contacts as (
    select * from {{ ref('stg_files__contacts') }}
),

addresses as (
    select * from {{ ref('int_contacts__addresses') }}
),

user_versions as (
    select * from {{ ref('int_users__versions') }}
),

settings as (
    select * from {{ ref('stg_embudo__settings') }}
),

contacts_with_decade as (
    select
        contacts.*,
        10 * cast(floor((extract(year from settings.as_of_on) - contacts.birth_year) / 10) as bigint) as decade
    from contacts
    cross join settings
),

final as (
    select
        -- keys
        contacts_with_decade.contact_key,
        contacts_with_decade.account_key,
        contacts_with_decade.owner_key,
        user_versions.rep_version_key,

        -- attributes
        {{ keyed_hash('addresses.email') }} as email_hmac,
        {{ keyed_hash('addresses.phone') }} as phone_hmac,
        {{ keyed_hash('addresses.mobile') }} as mobile_hmac,
        contacts_with_decade.job_function,
        case
            when contacts_with_decade.decade between 0 and 110
                then cast(contacts_with_decade.decade as {{ dbt.type_string() }}) || '-' || cast(contacts_with_decade.decade + 9 as {{ dbt.type_string() }})
        end as age_band,
        contacts_with_decade.country,
        contacts_with_decade.first_channel,
        contacts_with_decade.lifecycle_stage,

        -- times
        {{ local_date('contacts_with_decade.created_at') }} as created_on
    from contacts_with_decade
    left join addresses on addresses.contact_key = contacts_with_decade.contact_key
    left join user_versions
        on {{ is_version_at('user_versions', 'user_key', 'contacts_with_decade.owner_key', 'contacts_with_decade.created_at') }}
)

select * from final
