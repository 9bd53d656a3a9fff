"""A person taken out of every kept release: each is written anew, without a byte of them, under a new id.

A release never changes, so an erased one is another release: `<id>-e1` takes the place of `<id>`, `current`
moves by one rename, and readers see the one or the other, whole. Each step can be repeated. Landing belongs to
`ingestion.erasure`.
"""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from orchestration.core.failpoints import failpoint
from orchestration.core.records import Erasure, Release
from orchestration.privacy.data_subject import Person
from orchestration.publication.candidate import STORAGE_VERSION
from orchestration.publication.files import copy_file, room, sha256, sync, write_durably
from orchestration.publication.layout import DATABASES, RECEIPT, RELEASE, TEMPORARY
from orchestration.publication.releases import (
    current_directory,
    release_text,
    releases,
    switch,
    verify_release,
)
from orchestration.settings import Home

_GENERATION = re.compile(r"(.*)-e(\d+)")


def erase_releases(
    home: Home, person: Person, erasure: Erasure, *, memory_limit: str = "800MB"
) -> Mapping[str, int]:
    """Replace every release that has not been through this erasure; rows that went or changed, by new id.

    The caller holds the refresh lock. Raises `ReleaseCorrupt` where a release does not verify: what cannot
    be read cannot be erased.
    """
    done: dict[str, int] = {}
    for release in reversed(releases(home)):
        if any(one.erasure_id == erasure.erasure_id for one in release.erasures):
            continue
        new_id = _next_id(release.release_id)
        if not (home.releases / new_id).is_dir():
            verify_release(home, release.release_id)
            done[new_id] = _write_anew(home, release, new_id, person, erasure, memory_limit)
        current = current_directory(home)
        if current is not None and current.name == release.release_id:
            switch(home, new_id, step="erase")
        aside = home.releases / f".{release.release_id}{TEMPORARY}"
        (home.releases / release.release_id).rename(aside)
        failpoint("erase.moved")
        shutil.rmtree(aside)
        sync(home.releases)
    return done


def _next_id(release_id: str) -> str:
    match = _GENERATION.fullmatch(release_id)
    return f"{match[1]}-e{int(match[2]) + 1}" if match else f"{release_id}-e1"


def _write_anew(
    home: Home, release: Release, new_id: str, person: Person, erasure: Erasure, memory_limit: str
) -> int:
    old, new = home.release(release.release_id), home.releases / f".{new_id}{TEMPORARY}"
    shutil.rmtree(new, ignore_errors=True)
    with room(new):
        new.mkdir()
    changed, rows = _databases_without(old, new, person, memory_limit)
    for path in old.iterdir():
        if path.name not in (*DATABASES, RELEASE):
            (new / path.name).write_bytes(person.scrub(path.read_bytes()))
    failpoint("erase.databases_written")
    note = dataclasses.replace(erasure, rows=changed)
    _seal_receipt(new, note)
    sealed = dataclasses.replace(
        release,
        release_id=new_id,
        rows={name: rows.get(name, count) for name, count in release.rows.items()},
        files={name: sha256(new / name) for name in sorted(p.name for p in new.iterdir())},
        erasures=(*release.erasures, note),
    )
    write_durably(new / RELEASE, release_text(sealed))
    for path in new.iterdir():
        path.chmod(0o444)
        sync(path)
    sync(new)
    new.rename(home.release(new_id))
    sync(home.releases)
    failpoint("erase.renamed")
    return changed


def _seal_receipt(directory: Path, note: Erasure) -> None:
    """The receipt covers the new bytes and says that they are not those that the gate looked at."""
    path = directory / RECEIPT
    receipt: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    receipt["files"] = {name: sha256(directory / name) for name in DATABASES}
    receipt["erasures"] = [*receipt.get("erasures", []), dataclasses.asdict(note)]
    path.write_text(json.dumps(receipt, indent=2), encoding="utf-8")


def _databases_without(
    old: Path, new: Path, person: Person, memory_limit: str
) -> tuple[int, Mapping[str, int]]:
    """Both databases without the person, as new files; rows that went or changed, and rows of each mart.

    Deleted rows leave their bytes in a DuckDB file: what is left is copied into a new one.
    """
    import duckdb

    drafts = {name: new / f"{name}.draft" for name in DATABASES}
    for name, draft in drafts.items():
        copy_file(old / name, draft)
    changed = 0
    with duckdb.connect(config={"memory_limit": memory_limit}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, draft in drafts.items():
            connection.execute(f"attach {_quoted(draft)} as {Path(name).stem}")
        changed += _delete_from(connection, person)
        for name in DATABASES:
            connection.execute(
                f"attach {_quoted(new / name)} as fresh (storage_version '{STORAGE_VERSION}')"
            )
            connection.execute(f"copy from database {Path(name).stem} to fresh")
            connection.execute("checkpoint fresh")
            connection.execute("detach fresh")
        rows = {
            f"{schema}.{table}": int(
                _value(connection, f'select count(*) from marts."{schema}"."{table}"')
            )
            for schema, table in connection.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = 'marts'"
            ).fetchall()
        }
    for draft in drafts.values():
        for path in (draft, draft.with_name(draft.name + ".wal")):
            path.unlink(missing_ok=True)
    return changed, rows


def _delete_from(connection: Any, person: Person) -> int:
    """Delete the person's own rows, untie the others, and blank what names them; rows touched."""
    customers = [f"contact:{key}" for key in person.contacts]
    own = {
        "dim_contacts": ("contact_key", person.contacts),
        "fct_calls": ("call_key", person.calls),
        "fct_social_interactions": ("interaction_key", person.interactions),
        "fct_survey_answers": ("answer_key", person.answers),
        "fct_leads": ("lead_key", person.leads),
        "fct_lead_steps": ("lead_key", person.leads),
        "fct_activities": ("activity_key", [f"call/{key}" for key in person.calls]),
        "alerts": ("subject_key", [*person.leads, *person.calls, *customers]),
        "fct_touch_credits": (
            "touch_key",
            [f"activity/call/{key}" for key in person.calls]
            + [f"social/{key}" for key in person.interactions]
            + [f"lead/{key}" for key in person.leads],
        ),
    }
    touched = 0
    for database, schema, table, columns in _tables(connection):
        name = f'{database}."{schema}"."{table}"'
        gone = []
        if table in own and own[table][0] in columns:
            gone.append(_in(own[table][0], own[table][1]))
        if "email_key" in columns and database == "marts":
            gone.append(
                f"email_key in (select md5(one) from unnest({_list(person.email_events)}) as t(one))"
            )
        if (
            "customer_key" in columns
            and columns["customer_key"] == "VARCHAR"
            and table
            not in (
                "fct_orders",
                "fct_order_lines",
                "fct_invoices",
                "fct_touch_credits",
            )
        ):
            gone.append(_in("customer_key", customers))
        texts = [column for column, kind in columns.items() if kind == "VARCHAR"]
        named = " or ".join(person.mentioned_sql(f'"{column}"') for column in texts)
        if database == "warehouse":
            # Private, and built anew by the next refresh: whatever leads to the person goes.
            gone += [_in(c, person.contacts) for c in columns if c.endswith("contact_key")]
            gone += [named] if named else []
        if gone:
            touched += _count(connection, f"delete from {name} where {' or '.join(gone)}")
        cleared = {
            "contact_key": person.contacts, "lead_key": person.leads, "customer_key": customers,
        }  # fmt: skip
        for column, keys in cleared.items():
            if column in columns:
                touched += _count(
                    connection, f"update {name} set {column} = null where {_in(column, keys)}"
                )
        if named and database == "marts":
            blanked = ", ".join(f'"{c}" = {person.scrubbed_sql(_name(c))}' for c in texts)
            if person.pattern:
                touched += _count(connection, f"update {name} set {blanked} where {named}")
    return touched


def _tables(connection: Any) -> list[tuple[str, str, str, dict[str, str]]]:
    """Database, schema, table, and columns with their types, of both databases."""
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for database, schema, table, column, kind in connection.execute(
        "select database_name, schema_name, table_name, column_name, data_type from duckdb_columns() "
        "inner join duckdb_tables() using (database_name, schema_name, table_name) "
        "where database_name in ('warehouse', 'marts') order by all"
    ).fetchall():
        found.setdefault((database, schema, table), {})[column] = kind
    return [(*key, columns) for key, columns in found.items()]


def _in(column: str, values: Sequence[str]) -> str:
    return f"coalesce({_name(column)} in (select unnest({_list(values)})), false)"


def _list(values: Sequence[str]) -> str:
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"cast([{listed}] as varchar[])"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _count(connection: Any, statement: str) -> int:
    return int(_value(connection, statement))


def _value(connection: Any, statement: str) -> Any:
    return connection.execute(statement).fetchone()[0]


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
