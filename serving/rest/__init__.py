"""REST for people, programs and spreadsheets: `/api/v1`."""
