"""dbt's Semantic Layer API over GraphQL, so that clients written for it work unchanged."""
