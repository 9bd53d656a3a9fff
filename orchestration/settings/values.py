"""Rules of single values in `embudo.yml`, as pydantic validators.

Each raises a ValueError that names what is allowed, with the nearest name where there is one.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import Any
from zoneinfo import available_timezones

_CRON_FIELDS = (
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day of the month", 1, 31),
    ("month", 1, 12),
    ("day of the week", 0, 7),
)
_CRON_PART = re.compile(r"(\*|\d+(?:-\d+)?)(?:/(\d+))?")
_DIRECTIVES = set("aAbBdmyYHIMSpfgzZjGuVwx%-nXc")


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or nothing where no name is near."""
    known = list(known)
    by_fold = {known_name.casefold(): known_name for known_name in known}
    matches = get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.5)
    return f"; did you mean {by_fold[matches[0]]!r}?" if matches else ""


def one_or_many(value: Any) -> Any:
    """A single text as a list of one."""
    return [value] if isinstance(value, str) else value


def lists_of_mappings(value: Any) -> Any:
    """By name, a single mapping as a list of one."""
    if not isinstance(value, dict):
        return value
    return {name: [item] if isinstance(item, dict) else item for name, item in value.items()}


def text_of(value: Any) -> str | None:
    """A YAML scalar as the text that a file would hold."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def time_zone(value: str | None) -> str | None:
    """An IANA name."""
    if value is None or value in available_timezones():
        return value
    hint = nearest(value, available_timezones())
    raise ValueError(f"a time zone by its IANA name, like Europe/Madrid or UTC{hint}")


def currency(value: str | None) -> str | None:
    """An ISO 4217 code."""
    if value is None or re.fullmatch(r"[A-Z]{3}", value):
        return value
    raise ValueError("a currency is three capital letters (ISO 4217), like EUR or USD")


def country(value: str) -> str:
    """An ISO 3166 code of two letters."""
    if re.fullmatch(r"[A-Z]{2}", value):
        return value
    raise ValueError("a country is two capital letters (ISO 3166), like ES or MX")


def known_encoding(value: str) -> str:
    """An encoding that Python knows; its usual name."""
    try:
        return codecs.lookup(value).name
    except LookupError:
        common = ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16", "iso-8859-15", "mac-roman"]
        allowed = f"an encoding, like {', '.join(common)}{nearest(value, common)}"
        raise ValueError(allowed) from None


def date_formats(formats: tuple[str, ...]) -> tuple[str, ...]:
    """strptime formats: every directive is known. `duration` and `money` are formats of their own."""
    for form in formats:
        if form in ("duration", "money"):
            continue
        directives = re.findall(r"%(-?.)", form)
        wrong = [d for d in directives if d[-1] not in _DIRECTIVES]
        if not directives or wrong:
            problem = f"%{wrong[0]} is unknown" if wrong else f"{form!r} has no %"
            raise ValueError(f"a format like %d/%m/%Y or %Y-%m-%d %H:%M:%S; {problem}")
    return formats


def cell_range(value: str) -> str:
    """An Excel range."""
    if re.fullmatch(r"[A-Z]{1,3}\d*:[A-Z]{1,3}\d*", value):
        return value
    raise ValueError("a range of cells, like A1:F200")


def globs(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Globs that stay under the inbox."""
    for pattern in patterns:
        is_outside = pattern.startswith(("/", "~")) or ".." in pattern.split("/")
        if not pattern.strip() or is_outside:
            raise ValueError(f"a glob relative to the inbox, like deals_*.csv; found {pattern!r}")
    return patterns


def source_names(sources: Mapping[str, Any]) -> Mapping[str, Any]:
    """Names that are folders and keys: no `:` or `/`, never empty."""
    for name in sources:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", name):
            raise ValueError(
                "a source's name has small letters, digits and _, beginning with a letter; found "
                f"{name!r}"
            )
    return sources


def date_or_timestamp(value: Any) -> Any:
    """A date stays a date: pydantic would make it midnight."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("a date (2026-06-30) or a timestamp (2026-06-30T18:00:00)") from None
    return value


def date_timestamp_or_number(value: Any) -> Any:
    """As `date_or_timestamp`; a number stays one."""
    return value if isinstance(value, int) else date_or_timestamp(value)


def duration(value: str | int) -> timedelta:
    """A number of days, hours or minutes."""
    match = re.fullmatch(r"(\d{1,4})([dhm])", str(value))
    if match is None:
        raise ValueError("a time like 2d, 12h or 30m")
    unit = {"d": "days", "h": "hours", "m": "minutes"}[match[2]]
    return timedelta(**{unit: int(match[1])})


def json_path(value: str | None) -> str | None:
    """A JSON path that parses."""
    if value is None:
        return None
    from jsonpath_ng.exceptions import JSONPathError
    from jsonpath_ng.ext import parse

    try:
        parse(value)
    except JSONPathError:
        raise ValueError("a JSON path, like data, result.items or data[*].item") from None
    return value


def cron(value: str) -> str:
    """Five fields of a crontab line."""
    fields = value.split()
    if len(fields) != len(_CRON_FIELDS):
        raise ValueError(
            f'five fields (minute hour day month weekday), like "0 6 * * *"; found {len(fields)}'
        )
    for text, (name, low, high) in zip(fields, _CRON_FIELDS, strict=True):
        for part in text.split(","):
            match = _CRON_PART.fullmatch(part)
            numbers = [int(n) for n in re.findall(r"\d+", match[1])] if match else []
            in_range = all(low <= n <= high for n in numbers) and numbers == sorted(numbers)
            if match is None or not in_range or match[2] == "0":
                raise ValueError(f"{name} is {low} to {high}, *, a-b or */n; found {part!r}")
    return value


def service_levels(seconds: tuple[int, ...]) -> tuple[int, ...]:
    """Thresholds of service levels: one to ten of 1 to 3,600 seconds, each once."""
    if (
        1 <= len(seconds) <= 10
        and len(set(seconds)) == len(seconds)
        and all(1 <= second <= 3600 for second in seconds)
    ):
        return seconds
    raise ValueError(
        f"expected one to ten different seconds from 1 to 3600, such as [20, 30]; found {list(seconds)}"
    )
