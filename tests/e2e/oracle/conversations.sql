-- Calls with people outside (not between colleagues), by their start in Madrid.

-- metric: calls
-- by: rep__region, rep__team
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

-- metric: service_level_20s
-- by: rep__region, rep__team
select {cut} as cut, count(*) filter (where disposition = 'ANSWERED' and wait_s <= 20) / count(*) as value from calls
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
select {cut} as cut, sum(talk_s) as value from calls group by cut;

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
-- by: rep__region, rep__team
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
