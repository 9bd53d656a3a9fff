"""Tables of the ledger. Reading and writing them belongs to the module of each table."""

from __future__ import annotations

SCHEMA_VERSION = 3
"""Grows when the tables change; a ledger of a newer version is refused."""

SCHEMA = (
    """
    create table if not exists loads (
        load_id text primary key,
        load_seq integer not null unique,
        source text not null,
        stream text not null,
        landed_at text not null,
        run_id text not null,
        rows_read integer not null,
        rows_landed integer not null,
        rows_quarantined integer not null,
        rows_skipped integer not null,
        size_bytes integer not null,
        sha256 text not null,
        check (rows_read = rows_landed + rows_quarantined + rows_skipped)
    )
    """,
    """
    create table if not exists load_files (
        load_id text not null references loads,
        part integer not null,
        source text not null,
        stream text not null,
        path text not null,
        size integer not null,
        mtime_ns integer not null,
        sha256 text not null,
        fingerprint text not null,
        rows_read integer not null,
        rows_landed integer not null,
        rows_quarantined integer not null,
        rows_skipped integer not null,
        business_max text,
        replaced_by text,
        resolved_by text,
        primary key (load_id, part)
    )
    """,
    "create index if not exists load_files_by_stream on load_files (source, stream, path)",
    """
    create table if not exists seen_files (
        source text not null,
        stream text not null,
        fingerprint text not null,
        path text not null,
        size integer not null,
        mtime_ns integer not null,
        sha256 text not null,
        primary key (source, stream, fingerprint, path)
    )
    """,
    """
    create table if not exists rejected_files (
        source text not null,
        stream text not null,
        path text not null,
        sha256 text not null,
        fingerprint text not null,
        reason text not null,
        run_id text not null,
        rejected_at text not null,
        resolved_by text
    )
    """,
    """
    create table if not exists refreshes (
        run_id text primary key,
        started_at text not null,
        ended_at text,
        verdict text,
        release_id text,
        full integer not null,
        error text,
        detail text
    )
    """,
    """
    create table if not exists quarantined_loads (
        load_id text not null references loads,
        check_name text not null,
        reason text not null,
        run_id text not null,
        quarantined_at text not null,
        reinstated_by text,
        reinstated_because text,
        primary key (load_id, run_id)
    )
    """,
    """
    create table if not exists load_profiles (
        load_id text primary key references loads,
        profile text not null
    )
    """,
    """
    create table if not exists waivers (
        waiver_id integer primary key,
        check_name text not null,
        reason text not null,
        signed_by text not null,
        granted_at text not null,
        withdrawn_at text,
        used_by text,
        release_id text
    )
    """,
    """
    create table if not exists waiver_scopes (
        waiver_id integer primary key references waivers,
        run_id text not null,
        observed text not null,
        failures integer not null,
        until text not null
    )
    """,
    """
    create table if not exists file_columns (
        source text not null,
        stream text not null,
        fingerprint text not null,
        name text not null,
        primary key (source, stream, fingerprint, name)
    )
    """,
    """
    create table if not exists unnamed_streams (
        source text not null,
        stream text not null,
        primary key (source, stream)
    )
    """,
)
