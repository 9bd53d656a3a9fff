"""Casts of a file's text to the contract's types, in the file's own locale, as SQL.

A value that does not cast comes out null; reporting it belongs to `contract_checks`. Nothing here is
guessed: number and date formats are those of `embudo.yml`, with ISO dates understood always.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from zoneinfo import ZoneInfo

from orchestration.core import duckdb_session
from orchestration.settings import FormatSpec

FIRST_YEAR, LAST_YEAR = 1970, 2099

_TRUE = ("true", "t", "1", "yes", "y", "si", "sí", "s", "verdadero")
_FALSE = ("false", "f", "0", "no", "n", "falso")
_WHOLE = r"[+-]?\d+(\.0*)?"
_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
_SERIAL = r"\d{1,5}(\.\d+)?"
_HARD_BLANKS = "\u00a0\u202f\u2009"
"""Spaces that look like one: between thousands in French and Swiss tools, before PM in others."""
_TYPESET = ("\u2212\u2019", "-'")
"""The minus and the apostrophe of typesetters, and those of keyboards."""
_LONGEST_DURATION_DAYS = 31
"""A number of days above it in a workbook's cell is no duration: most likely seconds."""
_WHOLE_SERIAL = r"\d{1,5}(\.0*)?"
_CLOCK = re.compile(r"%-?[HIMSpfgncXTRrs]")
"""Parts of a strptime format that state a time of day."""
_ANY_SIGN = r"[$€£¥₹₽₺₩₪₫₴₱฿]|[A-Z]{1,2}\$|[A-Z]{3}|S?Fr\.?|Rs\.?|kr\.?|zł|Kč|Ft"
_SIGNS = {
    "EUR": "€", "USD": r"\$|US\$", "GBP": "£", "JPY": "¥", "CNY": "¥", "INR": r"₹|Rs\.?", "RUB": "₽",
    "TRY": "₺", "KRW": "₩", "ILS": "₪", "VND": "₫", "UAH": "₴", "PHP": "₱", "THB": "฿",
    "BRL": r"R\$", "MXN": r"\$|MX\$", "CAD": r"\$|CA\$", "AUD": r"\$|A\$", "SEK": r"kr\.?",
    "NOK": r"kr\.?", "DKK": r"kr\.?", "PLN": "zł", "CZK": "Kč", "HUF": "Ft", "CHF": r"S?Fr\.?",
}  # fmt: skip
_OFFSET = r"\d\d:\d\d.*([zZ]|[+-]\d\d(:?\d\d)?| ?(UTC|GMT))$"
"""A time of day with its distance from UTC."""
_NO_SECONDS = r"^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d)(| ?[zZ]| ?[+-]\d\d(:?\d\d)?| ?UTC| ?GMT)$"


class Origin(Enum):
    """How a value is written: in the file's locale, as ISO text, or typed by SQL already."""

    LOCAL = "local"
    NEUTRAL = "neutral"
    TYPED = "typed"


@dataclass(frozen=True)
class Locale:
    """How a file writes numbers and dates.

    `time_zone` is that of timestamps without one, `calendar` the zone in which a date without a time is a day
    (None: the same), `currency` that whose sign may stand at an amount.
    """

    time_zone: str
    decimal: str = "."
    thousands: str | None = None
    dates: tuple[str, ...] = ()
    timestamps: tuple[str, ...] = ()
    is_excel: bool = False
    calendar: str | None = None
    currency: str | None = None

    @classmethod
    def of(
        cls,
        file_format: FormatSpec,
        *,
        time_zone: str,
        is_excel: bool,
        calendar: str | None = None,
        currency: str | None = None,
    ) -> Locale:
        """The locale of files of a format."""
        return cls(
            time_zone=time_zone,
            decimal=file_format.decimal,
            thousands=file_format.thousands,
            dates=file_format.date,
            timestamps=file_format.timestamp,
            is_excel=is_excel,
            calendar=calendar if calendar != time_zone else None,
            currency=currency,
        )


def cast_to(
    value: str, data_type: str, *, origin: Origin, locale: Locale, formats: tuple[str, ...] = ()
) -> str:
    """SQL that casts `value` (SQL) to `data_type`, null where it cannot.

    Timestamps come out as naive UTC. The session's TimeZone must be the locale's: text and naive
    timestamps are read in it.
    """
    if data_type == "varchar":
        if origin is Origin.LOCAL and locale.is_excel and locale.thousands == ".":
            # the comma with which the reader marks texts like 1.234
            return f"regexp_replace({value}, '^([+-]?[1-9]\\d{{0,2}}(\\.\\d{{3}})+),$', '\\1')"
        return value if origin is not Origin.TYPED else f"cast({value} as varchar)"
    if data_type == "date":
        return _date(value, origin, locale, formats)
    if data_type == "timestamp":
        return _timestamp(value, origin, locale, formats)
    if origin is Origin.TYPED:
        return f"try_cast({value} as {data_type})"
    if data_type == "boolean":
        folded = f"lower({value})"
        return (
            f"case when {folded} in ({duckdb_session.texts(_TRUE)}) then true "
            f"when {folded} in ({duckdb_session.texts(_FALSE)}) then false end"
        )
    number = _number(value, data_type, origin, locale, formats)
    if origin is Origin.LOCAL and data_type.startswith("decimal") and "duration" not in formats:
        typed = f"translate({value}, {', '.join(map(duckdb_session.literal, _TYPESET))})"
        amount = _number(_bare_amount(typed, locale, formats), data_type, origin, locale, ())
        return f"coalesce({number}, {amount})"
    return number


def _bare_amount(value: str, locale: Locale, formats: tuple[str, ...]) -> str:
    """SQL of an amount as a number with its minus in front, where it is in parentheses, has its minus behind
    or a currency sign. A dash in place of the cents (`5.-`) is none.

    Without `format: money` the only sign is that of the source's currency: another says that the amount is in
    another currency.
    """
    code = (locale.currency or "").upper()
    mark = _in_pattern(locale.decimal)
    own = "|".join(part for part in (_SIGNS.get(code), code) if part)
    sign = _ANY_SIGN if "money" in formats else own
    text = _spaced(value)
    if sign:
        text = f"regexp_replace({text}, '^([-(]?) *({sign}) *([-]?)', '\\1\\3')"
        text = f"regexp_replace({text}, ' *({sign}) *([-)]?)$', '\\2')"
    text = f"regexp_replace({text}, '{mark}[-–—]+(\\)?)$', '\\1')"
    text = f"regexp_replace({text}, '^\\((.*)\\)$', '-\\1')"
    return f"regexp_replace({text}, '^(.*[^ -]) *-$', '-\\1')"


def _spaced(value: str) -> str:
    """SQL of a text with spaces in place of hard blanks, none around."""
    blanks = duckdb_session.literal(_HARD_BLANKS)
    return f"trim(translate({value}, {blanks}, '{' ' * len(_HARD_BLANKS)}'))"


def describe_type(data_type: str, *, locale: Locale, formats: tuple[str, ...] = ()) -> str:
    """What a value of the type should look like, for a person."""
    if "duration" in formats:
        return (
            "a duration (h:mm:ss, mm:ss, :ss, 1h 5m, PT1H5M; a number of seconds needs no format)"
        )
    if data_type == "bigint":
        return "a whole number"
    if data_type.startswith("decimal"):
        marks = f"decimal mark {locale.decimal!r}"
        if locale.thousands:
            marks += f", thousands {locale.thousands!r}"
        amounts = ", in parentheses or with a minus behind where it is negative"
        return f"a number ({marks}{amounts if 'money' in formats else ''})"
    if data_type == "boolean":
        return "true or false"
    stated = formats or (locale.dates if data_type == "date" else locale.timestamps + locale.dates)
    shapes = " or ".join(("ISO", *stated))
    noun = "a date" if data_type == "date" else "a timestamp"
    clock = ""
    if data_type == "timestamp" and locale.time_zone != "UTC":
        clock = f" that clocks show in {locale.time_zone} (in spring they skip an hour)"
    return f"{noun} ({shapes}) between {FIRST_YEAR} and {LAST_YEAR}{clock}"


def _number(
    value: str, data_type: str, origin: Origin, locale: Locale, formats: tuple[str, ...]
) -> str:
    if "duration" in formats:
        # A bare number is a fraction of a day in a workbook, and of an unknown unit anywhere else.
        most = _LONGEST_DURATION_DAYS if locale.is_excel else 0
        seconds = (
            f"case when coalesce(try_cast({value} as double), 0) <= {most} "
            f"then duration_seconds({value}) end"
        )
        return (
            f"try_cast(round({seconds}) as {data_type})"
            if data_type == "bigint"
            else (f"try_cast({seconds} as {data_type})")
        )
    pattern = _WHOLE if data_type == "bigint" else _NUMBER
    neutral = (
        f"case when regexp_full_match({value}, '{pattern}') "
        f"then try_cast({value} as {data_type}) end"
    )
    if origin is Origin.NEUTRAL or (locale.decimal == "." and locale.thousands is None):
        return neutral
    mark, digits = _in_pattern(locale.decimal), "0*" if data_type == "bigint" else r"\d*"
    if locale.thousands is None:
        shape, plain = rf"[+-]?\d+({mark}{digits})?|[+-]?{mark}\d+", value
    else:
        group = _in_pattern(locale.thousands)
        if locale.thousands == " ":
            value = (
                f"translate({value}, {duckdb_session.literal(_HARD_BLANKS)}, "
                f"'{' ' * len(_HARD_BLANKS)}')"
            )
        # by thousands, or as in India by hundreds of them; no such number begins with a zero
        shape = rf"[+-]?([1-9]\d{{0,2}}({group}\d{{2,3}})*{group}\d{{3}}|\d+)({mark}{digits})?"
        plain = f"replace({value}, {duckdb_session.literal(locale.thousands)}, '')"
    if locale.decimal != ".":
        plain = f"replace({plain}, {duckdb_session.literal(locale.decimal)}, '.')"
    local = (
        f"case when regexp_full_match({value}, {duckdb_session.literal(shape)}) "
        f"then try_cast({plain} as {data_type}) end"
    )
    # A workbook keeps its numbers with a point whatever its language; only its texts are in the
    # locale.
    return f"coalesce({neutral}, {local})" if locale.is_excel else local


def _in_pattern(mark: str) -> str:
    return "\\" + mark if mark in ".," else mark


def _date(value: str, origin: Origin, locale: Locale, formats: tuple[str, ...]) -> str:
    if origin is Origin.TYPED:
        return f"try_cast({value} as date)"
    tries = []
    if origin is Origin.LOCAL:
        stated = formats or locale.dates
        tries += (
            [f"cast(try_strptime({_spaced(value)}, [{duckdb_session.texts(stated)}]) as date)"]
            if stated
            else []
        )
    if locale.is_excel:
        day = f"date '1899-12-30' + cast(floor(try_cast({value} as double)) as integer)"
        tries.append(f"case when regexp_full_match({value}, '{_SERIAL}') then {day} end")
    tries.append(f"try_cast({value} as date)")
    tries.append(f"cast(try_cast({value} as timestamp) as date)")
    return f"coalesce({', '.join(tries)})"


def _timestamp(value: str, origin: Origin, locale: Locale, formats: tuple[str, ...]) -> str:
    """A timestamp as naive UTC; naive ones are read in the session's zone.

    A time that clocks skip is null. Of one that they show twice, DuckDB takes the second: standard time.
    A date without a time is the beginning of that day on the company's calendar, whatever the source's zone.
    """
    if origin is Origin.TYPED:
        return f"timezone('UTC', {_of_iso(f'cast({value} as varchar)', locale)})"
    tries = []
    text = value
    if origin is Origin.LOCAL:
        value = _spaced(text)
        stated = formats or (locale.timestamps + locale.dates)
        zulu = [form for form in stated if is_of_utc(form)]
        naive = [
            form for form in stated if "%z" not in form and "%Z" not in form and form not in zulu
        ]
        zoned = [form for form in stated if form not in naive and form not in zulu]
        days = [form for form in naive if locale.calendar and not _CLOCK.search(form)]
        naive = [form for form in naive if form not in days]
        if zulu:
            tries.append(f"timezone('UTC', try_strptime({value}, [{duckdb_session.texts(zulu)}]))")
        if naive:
            tries.append(
                _local_time(f"try_strptime({value}, [{duckdb_session.texts(naive)}])", locale)
            )
        if days:
            parsed = f"try_strptime({value}, [{duckdb_session.texts(days)}])"
            tries.append(_calendar_day(parsed, locale))
        tries += [
            f"cast(try_strptime({value}, {duckdb_session.literal(form)}) as timestamptz)"
            for form in zoned
        ]
    value = text
    if locale.is_excel:
        whole = f"try_cast({value} as double)"
        if locale.calendar:
            day = f"timestamp '1899-12-30' + to_days(cast({whole} as integer))"
            tries.append(
                f"case when regexp_full_match({value}, '{_WHOLE_SERIAL}') then "
                f"{_calendar_day(day, locale)} end"
            )
        clock_time = (
            f"date_trunc('second', timestamp '1899-12-30' + to_milliseconds("
            f"cast(round({whole} * 86400) as bigint) * 1000))"
        )
        tries.append(
            f"case when regexp_full_match({value}, '{_SERIAL}') then "
            f"{_local_time(clock_time, locale)} end"
        )
    tries.append(_of_iso(value, locale))
    first = tries[0] if len(tries) == 1 else f"coalesce({', '.join(tries)})"
    return f"timezone('UTC', {first})"


def is_of_utc(form: str) -> bool:
    """Whether a strptime format ends with the Z that ISO 8601 has for UTC, whatever the source's zone."""
    return form.endswith("Z") and not form.endswith("%Z")


def _of_iso(text: str, locale: Locale) -> str:
    """ISO text as a point in time; without an offset it is local time of the session's zone."""
    # DuckDB asks for seconds before an offset, which many tools leave out.
    full = f"regexp_replace(replace({text}, 'GMT', 'UTC'), '{_NO_SECONDS}', '\\1:00\\2')"
    zoned = f"try_cast({full} as timestamptz)"
    if locale.calendar is not None:
        rest = _of_iso(text, dataclasses.replace(locale, calendar=None))
        day = f"case when not contains({text}, ':') then try_cast({text} as date) end"
        return f"coalesce({_calendar_day(f'cast({day} as timestamp)', locale)}, {rest})"
    if locale.time_zone == "UTC":
        return f"coalesce(try_cast({text} as timestamptz), {zoned})"
    clock = _local_time(f"try_cast({text} as timestamp)", locale)
    return f"case when regexp_matches({text}, '{_OFFSET}') then {zoned} else {clock} end"


def _calendar_day(midnight: str, locale: Locale) -> str:
    """The beginning of a day on the company's calendar, as a point in time."""
    return f"timezone({duckdb_session.literal(locale.calendar or locale.time_zone)}, {midnight})"


def _local_time(naive: str, locale: Locale) -> str:
    """A local time as a point in time, null where clocks skip it in spring.

    Midnight counts even so: where clocks go forward at midnight, a date means the beginning of its day.
    """
    moment = f"cast({naive} as timestamptz)"
    if locale.time_zone == "UTC":
        return moment
    return (
        f"case when cast({moment} as timestamp) = {naive} or "
        f"cast({naive} as time) = time '00:00' then {moment} end"
    )


def plausible(
    column: str, data_type: str, *, time_zone: str, calendar: str | None = None
) -> str | None:
    """SQL of a cast date or timestamp, null where its local year is not 1970 to 2099; None for
    other types.

    The first day on the calendar of another zone is plausible too.
    """
    if data_type == "date":
        first, after = f"date '{FIRST_YEAR}-01-01'", f"date '{LAST_YEAR + 1}-01-01'"
    elif data_type == "timestamp":
        zones = [ZoneInfo(zone) for zone in (time_zone, calendar or time_zone)]
        start = min(datetime(FIRST_YEAR, 1, 1, tzinfo=zone).astimezone(UTC) for zone in zones)
        end = datetime(LAST_YEAR + 1, 1, 1, tzinfo=zones[0]).astimezone(UTC)
        first, after = (f"timestamp '{bound.replace(tzinfo=None)}'" for bound in (start, end))
    else:
        return None
    return f"case when {column} >= {first} and {column} < {after} then {column} end"
