-- Campaign emails, by the day they were sent in Madrid.

-- metric: emails_sent
-- by: campaign__name
select {cut} as cut, count(*) as value from messages group by cut;

-- metric: emails_delivered
-- by: campaign__name
select {cut} as cut, count(*) as value from messages
where not is_bounced group by cut;

-- metric: delivery_rate
-- by: campaign__name
select {cut} as cut, count(*) filter (where not is_bounced) / count(*) as value from messages group by cut;

-- metric: bounce_rate
-- by: campaign__name
select {cut} as cut, count(*) filter (where is_bounced) / count(*) as value from messages group by cut;

-- metric: open_rate
-- by: campaign__name
select {cut} as cut, count(*) filter (where is_opened) / count(*) as value from messages
where not is_bounced group by cut;

-- metric: click_rate
-- by: campaign__name
select {cut} as cut, count(*) filter (where is_clicked) / count(*) as value from messages
where not is_bounced group by cut;

-- metric: reply_rate
-- by: campaign__name
select {cut} as cut, count(*) filter (where is_replied) / count(*) as value from messages
where not is_bounced group by cut;

-- metric: email_engagement_rate
-- by: campaign__name
select {cut} as cut, count(*) filter (where is_opened or is_clicked or is_replied) / count(*) as value from messages
where not is_bounced group by cut;

-- metric: unsubscribe_rate
-- by: campaign__name
select {cut} as cut, count(*) filter (where is_unsubscribed) / count(*) as value from messages
where not is_bounced group by cut;

-- metric: spam_complaint_rate
-- by: campaign__name
select {cut} as cut, count(*) filter (where is_complained) / count(*) as value from messages
where not is_bounced group by cut;

-- metric: click_to_open_rate
-- by: campaign__name
select {cut} as cut, count(*) filter (where is_clicked) / nullif(count(*) filter (where is_opened), 0) as value from messages group by cut;
