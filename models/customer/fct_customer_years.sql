-- grain: one row per customer and year in which it was active, or active the year before
{{ customer_periods('year') }}
