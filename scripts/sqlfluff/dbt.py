"""Stands in for dbt's cross-database macros while SQL is linted: the text only has to parse."""


def type_string() -> str:
    return "varchar"


def type_int() -> str:
    return "integer"


def type_bigint() -> str:
    return "bigint"


def type_numeric() -> str:
    return "decimal(38, 8)"


def type_timestamp() -> str:
    return "timestamp"


def type_boolean() -> str:
    return "boolean"


def dateadd(datepart: str, interval: object, from_date: str) -> str:
    return f"date_add({from_date}, interval ({interval}) {datepart})"


def datediff(first: str, second: str, datepart: str) -> str:
    return f"date_diff('{datepart}', {first}, {second})"


def date_trunc(datepart: str, date: str) -> str:
    return f"date_trunc('{datepart}', {date})"


def last_day(date: str, datepart: str) -> str:
    return f"last_day({date})"


def hash(field: str) -> str:
    return f"md5({field})"


def type_float() -> str:
    return "double"
