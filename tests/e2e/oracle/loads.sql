-- Rows of all files, as the generator counted them when it wrote them. Landing goes by the day of the refresh, which no
-- file knows: there is no month to compare.

-- metric: rows_landed
-- by: load__stream, load__source
-- cuts: total
select {cut} as cut, sum(landed) as value from written group by cut;

-- metric: rows_quarantined
-- by: load__stream, load__source
-- cuts: total
select {cut} as cut, sum(quarantined) as value from written group by cut;

-- metric: quarantine_rate
-- by: load__stream, load__source
-- cuts: total
select {cut} as cut, sum(quarantined) / sum(read) as value from written group by cut;
