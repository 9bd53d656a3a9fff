"""Two databases by hand: what the private warehouse knows of persons, and texts of marts that name them or not."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.settings.contract_loading import load_contract

PEOPLE = (
    ("Jesús Sánchez Garrido", "jesus@correo.example", "605129071"),
    ("Ana Ruiz", "ana.ruiz@correo.example", "+34 677 000 111"),
    ("Ana Gil", None, None),  # whose name a rep has
    ("Hotel Central", None, None),  # whose name an account has, and no given name is Hotel
    ("Ana Rey", None, None),  # an account of just that name is a one-person company
)


def make(
    folder: Path, marts: dict[str, list[str]], *, names_leave: bool = False
) -> tuple[Path, Path]:
    """`warehouse.duckdb` and `marts.duckdb`; `marts` is `table.column` to its texts."""
    warehouse, public = folder / "warehouse.duckdb", folder / "marts.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema landing")
        connection.execute(
            "create table landing.settings as select 'ES' as country, "
            f"{str(names_leave).lower()} as publish_contact_names"
        )
        for stream in load_contract().values():
            columns = ", ".join(f'"{one.name}" {one.data_type}' for one in stream.landed)
            connection.execute(f"create table landing.{stream.name} ({columns})")
        connection.executemany(
            "insert into landing.contacts (full_name, email, mobile) values (?, ?, ?)", PEOPLE
        )
        connection.execute("insert into landing.users (full_name) values ('Ana Gil')")
        connection.execute(
            "insert into landing.accounts (name) values ('Hotel Central'), ('Ana Rey'), ('Otra S.A.')"
        )
    with duckdb.connect(str(public)) as connection:
        connection.execute("create schema core")
        for place, texts in marts.items():
            table, _, column = place.partition(".")
            connection.execute(f'create table core.{table} ("{column}" varchar)')
            connection.executemany(f"insert into core.{table} values (?)", [[one] for one in texts])
    return warehouse, public


def attached(warehouse: Path, marts: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
    connection.execute(f"attach '{marts}' as marts")
    return connection
