-- Leads by the day they were created in Madrid.

-- metric: leads_created
-- by: lead__channel, rep__region, lead__half_hour
select {cut} as cut, count(*) as value from answered_leads group by cut;

-- metric: leads_contacted
-- by: lead__channel, rep__region, lead__agent_team
select {cut} as cut, count(*) as value from answered_leads where first_touch_at is not null group by cut;

-- metric: qualified_leads
-- by: lead__channel, rep__region
select {cut} as cut, count(*) as value from answered_leads where is_qualified group by cut;

-- metric: qualified_lead_rate
-- by: lead__channel, rep__region
select {cut} as cut, count(*) filter (where is_qualified) / count(*) as value from answered_leads group by cut;

-- metric: lead_response_hours
-- by: lead__channel, rep__region, lead__agent_team
select {cut} as cut, avg(response_seconds) / 3600 as value from answered_leads
where first_touch_at is not null group by cut;

-- metric: median_lead_response_hours
-- by: lead__channel, rep__region
select {cut} as cut, median(response_seconds) / 3600 as value from answered_leads
where first_touch_at is not null group by cut;

-- metric: lead_response_within_1h_rate
-- by: lead__channel, rep__region
select {cut} as cut, count(*) filter (where response_seconds <= 3600) / count(*) as value from answered_leads
where created_at <= (select moment - interval 1 hour from as_of) group by cut;

-- metric: lead_to_opportunity_rate
-- by: lead__channel, rep__region
select {cut} as cut, count(*) filter (where deal_on - created_on <= 90) / count(*) as value
from answered_leads group by cut;

-- metric: lead_to_customer_rate
-- by: lead__channel, rep__region
select {cut} as cut, count(*) filter (where won_on - created_on <= 180) / count(*) as value
from answered_leads group by cut;
