-- Campaign emails, by the day they were sent in Madrid.

-- metric: emails_sent
-- by: campaign__name, campaign_email__hour
select {cut} as cut, count(*) as value from messages group by cut;

-- metric: emails_delivered
-- by: campaign__name
select {cut} as cut, count(*) as value from messages
where is_delivered group by cut;

-- metric: delivery_rate
-- by: campaign__name
select {cut} as cut, count(*) filter (where is_delivered) / count(*) as value from messages group by cut;

-- metric: bounce_rate
-- by: campaign__name
select {cut} as cut, count(*) filter (where is_bounced) / count(*) as value from messages group by cut;

-- metric: open_rate
-- by: campaign__name
select {cut} as cut, count(*) filter (where is_opened) / count(*) as value from messages
where is_delivered group by cut;

-- metric: click_rate
-- by: campaign__name
select {cut} as cut, count(*) filter (where is_clicked) / count(*) as value from messages
where is_delivered group by cut;

-- metric: reply_rate
-- by: campaign__name
select {cut} as cut, count(*) filter (where is_replied) / count(*) as value from messages
where is_delivered group by cut;

-- metric: email_engagement_rate
-- by: campaign__name
select {cut} as cut, count(*) filter (where is_opened or is_clicked or is_replied) / count(*) as value from messages
where is_delivered group by cut;

-- metric: unsubscribe_rate
-- by: campaign__name
select {cut} as cut, count(*) filter (where is_unsubscribed) / count(*) as value from messages
where is_delivered group by cut;

-- metric: spam_complaint_rate
-- by: campaign__name
select {cut} as cut, count(*) filter (where is_complained) / count(*) as value from messages
where is_delivered group by cut;

-- metric: click_to_open_rate
-- by: campaign__name
select {cut} as cut, count(*) filter (where is_opened and is_clicked) / nullif(count(*) filter (where is_opened), 0) as value
from messages where is_delivered group by cut;

-- Revenue of orders that are not cancelled, credited to touches in the 90 days before them, by the order's day.

-- metric: attributed_revenue_first_touch
-- by: touch_credit__touch_kind
select {cut} as cut, sum(first_net) as value from credits group by cut;

-- metric: attributed_revenue_last_touch
-- by: touch_credit__touch_kind
select {cut} as cut, sum(last_net) as value from credits group by cut;

-- metric: attributed_revenue_linear
-- by: touch_credit__touch_kind
select {cut} as cut, sum(even_net) as value from credits group by cut;

-- metric: email_attributed_revenue
-- by: touch_credit__touch_kind
select {cut} as cut, sum(case when touch_credit__touch_kind in ('email', 'campaign_email') then last_net else 0 end) as value
from credits group by cut;

-- metric: marketing_roi
-- by: campaign__channel
with paid as (select {cut} as cut, sum(amount) as amount from spend group by cut),

earned as (
    select {cut} as cut, sum(last_margin) as margin from credits
    where campaign is not null group by cut
)

select paid.cut, (coalesce(earned.margin, 0) - paid.amount) / nullif(paid.amount, 0) as value
from paid
left join earned on earned.cut is not distinct from paid.cut;
