"""DuckDB connections for landing: no downloads, UTC, a memory limit that spills, the excel
extension.

Statements belong to the modules that use the connection; quoting of names and texts is here.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable
from pathlib import Path

import duckdb

from orchestration.core.repair_macros import REPAIR_MACROS
from orchestration.core.resource_limits import memory_limit, threads

UNSEEN = " \t\u00a0\u2009\u202f\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
"""Characters that nobody sees."""


def _visible_text() -> str:
    shown = "x"
    for character in UNSEEN[1:]:
        shown = f"replace({shown}, chr({ord(character)}), '␣U+{ord(character):04X}')"
    return f"create temp macro visible_text(x) as {shown}"


MACROS = (
    # A cell without what nobody sees around it, composed as others are, and without the formula (="007") that
    # keeps a spreadsheet from taking an id for a number.
    f"""
    create temp macro visible_cell(x) as case
        when starts_with(x, '="') and ends_with(x, '"') and length(x) > 2
            then trim(substr(x, 3, length(x) - 3))
        when strlen(x) = length(x) then trim(x)
        else trim(nfc_normalize(trim(x, '{UNSEEN}')))
    end
    """,
    # A text in which characters that nobody sees are named.
    _visible_text(),
    *REPAIR_MACROS,
    # Whether a text is an id that lost digits: an exponent, or a fraction from 2^53 on, where two whole
    # numbers may be read as one.
    """
    create temp macro is_rounded_id(x) as (contains(x, '.') or contains(x, ',') or contains(x, '+')) and (
        regexp_full_match(x, '[+-]?\\d+([.,]\\d+)?[eE]\\+\\d+|[+-]?\\d+[.,]\\d+[eE]\\d+')
        or (
            regexp_full_match(x, '[+-]?\\d{16,}[.,]0*')
            and abs(coalesce(try_cast(regexp_extract(x, '[+-]?\\d+') as hugeint), 9007199254740992))
                >= 9007199254740992
        )
    )
    """,
    # Whether a text in a key is no id: the word of a row of totals, or one that stands for nothing.
    r"""
    create temp macro is_no_id(x) as right(x, 1) not between '0' and '9' and length(x) < 60
        and regexp_full_match(
            lower(x),
            '((grand|gran|sub)[ -]?)?(total|totals|totales|totale|totaal|totaux)( general| général)?( *[:(].*)?'
            || '|gesamt(summe)?|summe|suma|somme'
            || '|#(n/a|ref!|value!|name\?|div/0!|null!|num!)|[<(]?null[>)]?|nan|n/a'
        )
    """,
    # Seconds of a duration: hh:mm:ss, mm:ss, :ss, 1h 5m, PT1H5M, or a fraction of a day as Excel keeps it.
    """
    create temp macro duration_seconds(x) as case
        when regexp_full_match(x, ':\\d{1,2}') then cast(substr(x, 2) as double)
        when regexp_full_match(
            lower(x),
            '(p(\\d+d)?t?)?(\\d+ *h[a-z]*)? *(\\d+ *m[a-z]*)? *(\\d+([.,]\\d+)? *s[a-z]*)?'
        ) and regexp_matches(x, '\\d') then
            coalesce(try_cast(nullif(regexp_extract(lower(x), '(\\d+) *d', 1), '') as double), 0) * 86400
            + coalesce(try_cast(nullif(regexp_extract(lower(x), '(\\d+) *h', 1), '') as double), 0) * 3600
            + coalesce(try_cast(nullif(regexp_extract(lower(x), '(\\d+) *m', 1), '') as double), 0) * 60
            + coalesce(try_cast(nullif(
                replace(regexp_extract(lower(x), '(\\d+([.,]\\d+)?) *s', 1), ',', '.'), ''
            ) as double), 0)
        when regexp_full_match(x, '\\d+:\\d{1,2}(:\\d{1,2}([.,]\\d+)?)?') then
            list_reduce(
                list_prepend(0.0, list_transform(string_split(replace(x, ',', '.'), ':'),
                    lambda p: cast(p as double))),
                lambda a, b: a * 60 + b
            )
        else round(try_cast(x as double) * 86400, 3)
    end
    """,
    # A time of day as HH:MM:SS, from text or from a fraction of a day as Excel keeps it.
    """
    create temp macro time_text(x) as case
        when contains(x, ':') then x
        else strftime(
            timestamp '1970-01-01'
            + to_seconds(cast(round(
                (try_cast(x as double) - floor(try_cast(x as double))) * 86400
            ) as bigint)),
            '%H:%M:%S')
    end
    """,
    # A day as YYYY-MM-DD, from text or from a day number as Excel keeps it.
    """
    create temp macro date_text(x) as case
        when regexp_full_match(x, '\\d{1,5}(\\.\\d+)?') then
            strftime(date '1899-12-30' + cast(floor(try_cast(x as double)) as integer), '%Y-%m-%d')
        else x
    end
    """,
)


def connect(*, scratch: Path, at_once: int = 1) -> duckdb.DuckDBPyConnection:
    """An in-memory database that spills to `scratch`, and shares memory and cores with as many as `at_once`."""
    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": memory_limit(share=1 / at_once),
            "threads": threads(at_once=at_once),
            "temp_directory": str(scratch / "spill"),
            "preserve_insertion_order": "true",
        }
    )
    connection.execute("set TimeZone = 'UTC'")
    for macro in MACROS:
        connection.execute(macro)
    return connection


def load_excel(connection: duckdb.DuckDBPyConnection) -> None:
    """Load the excel extension from its wheel, by path."""
    import duckdb_extension_excel

    folder = Path(duckdb_extension_excel.__file__).parent / "extensions"
    file = next(folder.glob(f"v{duckdb.__version__}/excel.duckdb_extension"))
    connection.execute(f"load {literal(str(file))}")


def error_text(error: duckdb.Error, *, path: Path) -> str:
    """An error's first line, without DuckDB's prefix and without the folder of the file."""
    first = str(error).strip().split("\n")[0]
    return re.sub(r"^[A-Z]\w+( \w+)* Error: ", "", first).replace(str(path), path.name)


def name(text: str) -> str:
    """A name in double quotes."""
    return '"' + text.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text in single quotes."""
    return "'" + text.replace("'", "''") + "'"


def file(path: Path) -> str:
    """A file's path in single quotes for `read_…`, which would take `[1]` or `*` in its name for a glob."""
    return literal(glob.escape(str(path)))


def texts(values: Iterable[str]) -> str:
    """Texts as a list for `in (…)`."""
    return ", ".join(literal(value) for value in values)
