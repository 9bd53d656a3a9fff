-- grain: one row per customer and month in which it was active, or active the month before
{{ customer_periods('month') }}
