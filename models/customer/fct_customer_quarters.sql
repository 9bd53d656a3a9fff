-- grain: one row per customer and quarter in which it was active, or active the quarter before
{{ customer_periods('quarter') }}
