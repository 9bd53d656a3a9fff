-- Contacts, social networks, surveys, and whom interactions are tied to.

-- metric: new_contacts
-- by: rep__region
select {cut} as cut, count(*) as value from contacts group by cut;

-- metric: social_prospects
-- by: social_interaction__network
select {cut} as cut, count(distinct handle) as value from social group by cut;

-- metric: engaged_social_prospects
-- by: social_interaction__network
select {cut} as cut, count(distinct handle) as value from social
where kind in ('comment', 'share', 'reply', 'message', 'click') group by cut;

-- metric: social_engagement_rate
-- by: social_interaction__network
select {cut} as cut, count(distinct handle) filter (where kind in ('comment', 'share', 'reply', 'message', 'click')) / count(distinct handle) as value from social group by cut;

-- metric: csat_score
-- by: rep__region
select {cut} as cut, count(*) filter (where score >= 4) / count(*) as value from answers
where survey = 'csat' group by cut;

-- metric: net_promoter_score
-- by: rep__region
select {cut} as cut, 100.0 * (count(*) filter (where score >= 9) - count(*) filter (where score <= 6)) / count(*) as value from answers
where survey = 'nps' group by cut;

-- metric: matched_interaction_rate
-- by: campaign__channel
with all_kinds as (
    select month, campaign, is_matched from calls
    union all
    select
        messages.month,
        messages.campaign_id,
        messages.named_contact is not null or contacts.email is not null as is_matched
    from messages
    left join (select distinct email from contacts) as contacts on contacts.email = messages.email
    union all
    select month, campaign, is_matched from social
),

interactions as (
    select all_kinds.*, campaigns.channel as campaign__channel
    from all_kinds
    left join campaigns on campaigns.campaign_id = all_kinds.campaign
)

select {cut} as cut, count(*) filter (where is_matched) / count(*) as value from interactions group by cut;
