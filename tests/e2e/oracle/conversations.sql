-- Calls with people outside (not between colleagues), by their start in Madrid.

-- metric: calls
-- by: rep__region, rep__team, call__half_hour, call__weekday
select {cut} as cut, count(*) as value from calls group by cut;

-- metric: outbound_calls
-- by: rep__region, rep__team
select {cut} as cut, count(*) as value from calls
where direction = 'out' group by cut;

-- metric: inbound_calls
-- by: rep__region, rep__team
select {cut} as cut, count(*) as value from calls
where direction = 'in' group by cut;

-- metric: connected_calls
-- by: rep__region, rep__team
select {cut} as cut, count(*) as value from calls
where disposition = 'ANSWERED' group by cut;

-- metric: connection_rate
-- by: rep__region, rep__team
select {cut} as cut, count(*) filter (where disposition = 'ANSWERED') / count(*) as value from calls
where direction = 'out' group by cut;

-- metric: answer_rate
-- by: rep__region, rep__team
select {cut} as cut, count(*) filter (where disposition = 'ANSWERED') / count(*) as value from calls
where direction = 'in' group by cut;

-- metric: missed_calls
-- by: rep__region, rep__team
select {cut} as cut, count(*) as value from calls
where direction = 'in' and disposition <> 'ANSWERED' group by cut;

-- metric: abandonment_rate
-- by: rep__region, rep__team
select {cut} as cut, count(*) filter (where disposition = 'ABANDONED') / count(*) as value from calls
where direction = 'in' group by cut;

-- metric: service_level_10s
-- by: rep__region, rep__team
select {cut} as cut, count(*) filter (where disposition = 'ANSWERED' and wait_s <= 10) / count(*) as value from calls
where direction = 'in' and wait_s is not null group by cut;

-- metric: service_level_20s
-- by: rep__region, rep__team
select {cut} as cut, count(*) filter (where disposition = 'ANSWERED' and wait_s <= 20) / count(*) as value from calls
where direction = 'in' and wait_s is not null group by cut;

-- metric: service_level_60s
-- by: rep__region, rep__team
select {cut} as cut, count(*) filter (where disposition = 'ANSWERED' and wait_s <= 60) / count(*) as value from calls
where direction = 'in' and wait_s is not null group by cut;

-- metric: service_level_of_answered_10s
-- by: rep__region, call__queue
select {cut} as cut, count(*) filter (where wait_s <= 10) / count(*) as value from calls
where direction = 'in' and disposition = 'ANSWERED' and wait_s is not null group by cut;

-- metric: service_level_of_answered_20s
-- by: rep__region, call__queue
select {cut} as cut, count(*) filter (where wait_s <= 20) / count(*) as value from calls
where direction = 'in' and disposition = 'ANSWERED' and wait_s is not null group by cut;

-- metric: service_level_of_answered_60s
-- by: rep__region, call__queue
select {cut} as cut, count(*) filter (where wait_s <= 60) / count(*) as value from calls
where direction = 'in' and disposition = 'ANSWERED' and wait_s is not null group by cut;

-- metric: median_wait_seconds
-- by: rep__team, call__half_hour
select {cut} as cut, quantile_cont(wait_s, 0.5) as value from calls
where direction = 'in' and disposition = 'ANSWERED' group by cut;

-- metric: p90_wait_seconds
-- by: rep__team, call__half_hour
select {cut} as cut, quantile_cont(wait_s, 0.9) as value from calls
where direction = 'in' and disposition = 'ANSWERED' group by cut;

-- metric: p95_wait_seconds
-- by: rep__team, call__half_hour
select {cut} as cut, quantile_cont(wait_s, 0.95) as value from calls
where direction = 'in' and disposition = 'ANSWERED' group by cut;

-- metric: longest_wait_seconds
-- by: call__queue, call__hour
select {cut} as cut, max(wait_s) as value from calls
where direction = 'in' group by cut;

-- metric: average_speed_of_answer
-- by: rep__region, rep__team
select {cut} as cut, avg(wait_s) as value from calls
where direction = 'in' and disposition = 'ANSWERED' group by cut;

-- metric: average_handle_time
-- by: rep__region, rep__team
select {cut} as cut, avg(talk_s + hold_s + wrap_s) as value from calls
where disposition = 'ANSWERED' group by cut;

-- metric: talk_time
-- by: rep__region, rep__team
select {cut} as cut, sum(talk_s) as value from calls
where disposition = 'ANSWERED' group by cut;

-- The reps' diary, by its start in Madrid.

-- metric: sales_emails_sent
-- by: rep__region, rep__team
select {cut} as cut, count(*) as value from activities
where kind = 'Correo' and way = 'Saliente' group by cut;

-- metric: meetings
-- by: rep__region, rep__team
select {cut} as cut, count(*) as value from activities
where kind = 'Reunión' and outcome = 'Realizada' group by cut;

-- metric: visits
-- by: rep__region, rep__team, activity__weekday
select {cut} as cut, count(*) as value from activities
where kind = 'Visita' and outcome = 'Realizada' group by cut;

-- metric: demos
-- by: rep__region, rep__team
select {cut} as cut, count(*) as value from activities
where kind = 'Demostración' and outcome = 'Realizada' group by cut;

-- metric: proposals_sent
-- by: rep__region, rep__team
select {cut} as cut, count(*) as value from activities
where kind = 'Propuesta' group by cut;

-- metric: missed_call_recovery_rate
-- by: rep__region, call__queue
with missed as (
    select
        *,
        exists (
            select 1 from calls as later
            where
                later.number = calls.number
                and later.disposition = 'ANSWERED'
                and later.started_at > calls.started_at
                and later.started_at <= calls.started_at + interval 24 hour
        ) as is_recovered
    from calls
    where direction = 'in' and disposition <> 'ANSWERED' and number is not null
)

select {cut} as cut, count(*) filter (where is_recovered) / count(*) as value from missed group by cut;

-- What reps did: the diary and the phone together.

-- metric: activities
-- by: rep__region, rep__team, activity__kind
select {cut} as cut, count(*) as value from done
where is_done group by cut;

-- metric: conversations
-- by: rep__region, rep__team, activity__kind
select {cut} as cut, count(*) as value from done
where is_conversation group by cut;

-- metric: contacts_touched
-- by: rep__region, activity__kind
select {cut} as cut, count(distinct contact_id) as value from done
where is_done group by cut;

-- metric: touches_per_contact
-- by: rep__region, activity__kind
select {cut} as cut, count(contact_id) / count(distinct contact_id) as value from done
where is_done and contact_id is not null group by cut;

-- metric: activities_per_rep
-- by: rep__region, activity__kind
select {cut} as cut, count(*) / nullif(count(distinct user_id), 0) as value from done
where is_done group by cut;

-- metric: tasks_overdue
-- by: rep__region
select {cut} as cut, count(*) as value
from tasks
cross join as_of
where due_at < as_of.moment and (completed_at is null or completed_at > as_of.moment)
group by cut;

-- metric: task_on_time_rate
-- by: rep__region
select {cut} as cut, count(*) filter (where completed_at <= due_at) / count(*) as value
from tasks
cross join as_of
where due_at <= as_of.moment
group by cut;

-- The phone system's states: seconds of those logged in.

-- metric: selling_time_rate
-- by: rep__region
select {cut} as cut, sum(seconds) filter (where state = 'SELL') / sum(seconds) as value from states group by cut;

-- metric: content_time_rate
-- by: rep__region
select {cut} as cut, sum(seconds) filter (where state = 'CONTENT') / sum(seconds) as value from states group by cut;

-- metric: occupancy_rate
-- by: rep__region
select {cut} as cut, sum(seconds) filter (where state in ('ONCALL', 'WRAP')) / sum(seconds) as value from states group by cut;
