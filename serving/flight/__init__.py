"""Arrow Flight SQL: tables over gRPC, as dbt's clients and ADBC and JDBC drivers fetch them."""
