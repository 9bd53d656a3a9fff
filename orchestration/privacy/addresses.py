"""Addresses of persons as they are compared, in SQL taken from the models' own macros.

One definition: what matches a call to a contact in `models/` also decides whose row it is when a person is erased.
What is done with the rows belongs to `suppression` and `orchestration.erasure`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from orchestration.core import duckdb_session
from orchestration.settings.contract import ContractColumn
from orchestration.settings.phone_numbers import calling_code_rows
from orchestration.settings.project import PROJECT_ROOT

_MACROS = PROJECT_ROOT / "dbt_project" / "macros"


def address_sql(column: ContractColumn, *, country: str) -> str:
    """The normalised value of a column that holds an e-mail, a phone or a handle; null where it holds none.

    `country` dials phones whose row names no country.
    """
    value = duckdb_session.name(column.name)
    if column.address == "email":
        return email_sql(value)
    if column.address == "phone":
        return phone_sql(value, codes_sql(column.within, country))
    return f"lower({duckdb_session.name(column.within or '')}) || '|' || lower(trim({value}))"


def email_sql(value: str) -> str:
    """An e-mail address trimmed and in lower case; null where it is none."""
    return str(_macros("identity").normalised_email(value))


def phone_sql(value: str, codes: str) -> str:
    """A phone in E.164; null where it cannot be one. `codes` is an expression of `codes_sql`."""
    e164 = _macros("identity").e164("number.dialled", "number.codes")
    dialled = _macros("identity").dialled(value)
    return f"list_transform([{{'dialled': {dialled}, 'codes': {codes}}}], lambda number: {e164})[1]"


def hash_sql(value: str) -> str:
    """The keyed hash of a text, under the key that the connection was given."""
    return str(_macros("privacy").default__keyed_hash(value))


def public_id_sql(value: str, national_number: str, *, of_person: bool = False) -> str:
    """An id as keys show it: hashed where it is or holds an address, by the key of the connection.

    `national_number` is SQL of a pattern (`orchestration.settings.phone_numbers`).
    """
    return str(_macros("privacy").default__public_id(value, of_person, national_number))


def codes_sql(country: str | None, default: str) -> str:
    """How numbers of the country in column `country` are dialled, else those of the country `default`."""
    by_country = _calling_codes()
    fallback = by_country.get(default.upper(), "null")
    if country is None:
        return fallback
    pairs = ", ".join(
        f"{duckdb_session.literal(name)}: {codes}" for name, codes in by_country.items()
    )
    return f"coalesce(map {{{pairs}}}[upper({duckdb_session.name(country)})], {fallback})"


@cache
def calling_codes() -> tuple[str, ...]:
    """All country calling codes."""
    return tuple(sorted({row["calling_code"] for row in calling_code_rows()}))


@cache
def _calling_codes() -> dict[str, str]:
    return {
        row["country"]: (
            f"{{'calling_code': {duckdb_session.literal(row['calling_code'])}, "
            f"'trunk_prefix': {duckdb_session.literal(row['trunk_prefix'])}, "
            f"'national_digits': {int(row['national_digits'])}, "
            f"'least_national_digits': {int(row['least_national_digits'])}}}"
        )
        for row in calling_code_rows()
    }


@cache
def _macros(name: str) -> Any:
    """The macros of a file as functions."""
    from jinja2 import Environment

    # SQL and no page: there is nothing to escape.
    environment = Environment(extensions=["jinja2.ext.do"])  # noqa: S701
    if name != "text":
        environment.globals["regexp_replace_all"] = _macros("text").default__regexp_replace_all
    text = (_MACROS / f"{name}.sql").read_text(encoding="utf-8")
    return environment.from_string(text).module
