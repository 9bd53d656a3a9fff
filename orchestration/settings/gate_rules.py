"""Rules of `exceptions` in `embudo.yml`: each means a check that there is, with limits and scopes that it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from orchestration.settings.check_catalogue import (
    FAILING_ROWS,
    FAILING_SHARE,
    CheckEntry,
    LimitEntry,
    all_limits,
    catalogue,
    names_of,
)
from orchestration.settings.contract import StreamContract
from orchestration.settings.exception_models import ExceptionSpec
from orchestration.settings.mapping_rules import Fault
from orchestration.settings.models import Settings
from orchestration.settings.values import nearest

LONGEST = timedelta(days=366)
"""How far away the end of an exception may be: once a year somebody looks whether it still holds."""

EXCEPTIONS_CHECK = "exceptions.standing"
"""The check that reports exceptions that have ended."""

CHANGES_CHECK = "changes.since_release"
"""The check that names what was changed on purpose."""

NEVER_EXCEPTED = frozenset({EXCEPTIONS_CHECK, CHANGES_CHECK})
"""Checks that say what the gate does not look at, which no exception may silence."""


def faults(settings: Settings) -> list[Fault]:
    """Every fault of the exceptions."""
    if not settings.exceptions:
        return []
    from orchestration.settings.contract_loading import load_contract

    contract, today = load_contract(), datetime.now(ZoneInfo(settings.time_zone)).date()
    return [
        fault
        for index, spec in enumerate(settings.exceptions)
        for fault in _faults(("exceptions", index), spec, settings, contract, today)
    ]


def _faults(
    at: tuple[str | int, ...],
    spec: ExceptionSpec,
    settings: Settings,
    contract: Mapping[str, StreamContract],
    today: date,
) -> Iterator[Fault]:
    if spec.until > today + LONGEST:
        yield Fault(
            (*at, "until"),
            f"found {spec.until}; expected a day until {today + LONGEST}: once a year somebody looks whether it "
            "still holds, and sets another day",
        )
    checks = [
        entry for entry in catalogue() if entry.is_called(spec.check, names_of(entry, contract))
    ]
    checks = [entry for entry in checks if entry.name not in NEVER_EXCEPTED]
    if not checks or spec.check.startswith("*"):
        known = {name for e in catalogue() for name in (e.name, *names_of(e, contract))}
        yield Fault(
            (*at, "check"),
            f"found {spec.check!r}; expected a check or a family of docs/checks.md, `*` for what follows its "
            f"beginning{nearest(spec.check, sorted(known - NEVER_EXCEPTED))}",
        )
        return
    yield from _scope_faults(at, spec, settings, contract, checks)
    yield from _limit_faults(at, spec, checks)


def _scope_faults(
    at: tuple[str | int, ...],
    spec: ExceptionSpec,
    settings: Settings,
    contract: Mapping[str, StreamContract],
    checks: list[CheckEntry],
) -> Iterator[Fault]:
    scopes = list(dict.fromkeys(scope for check in checks for scope in check.scopes))
    for key in spec.scope.stated():
        if key not in scopes:
            yield Fault(
                (*at, "scope", key),
                f"findings of {spec.check} are not told apart by {key}; expected {', '.join(scopes)}",
            )
    for key, known in (("source", list(settings.sources)), ("stream", list(contract))):
        for name in getattr(spec.scope, key):
            if name not in known:
                yield Fault(
                    (*at, "scope", key), f"found {name!r}; expected a {key}{nearest(name, known)}"
                )


def _limit_faults(
    at: tuple[str | int, ...], spec: ExceptionSpec, checks: list[CheckEntry]
) -> Iterator[Fault]:
    own = {limit.name for check in checks for limit in check.limits} | {FAILING_ROWS}
    if any(check.has_share for check in checks):
        own.add(FAILING_SHARE)
    for name, value in spec.limits.items():
        here = (*at, "limits", name)
        if name not in own:
            yield Fault(
                here,
                f"no limit of {spec.check}{nearest(name, own)} Allowed: {', '.join(sorted(own))}",
            )
        elif expected := _expected(name, value, all_limits().get(name)):
            yield Fault(here, f"found {value}; expected {expected}")


def _expected(name: str, value: float | bool, limit: LimitEntry | None) -> str:
    """What is expected of a limit; empty where the value is that."""
    is_flag = limit is not None and limit.kind == "boolean"
    if isinstance(value, bool) or is_flag:
        return (
            ""
            if isinstance(value, bool) and is_flag
            else "true or false"
            if is_flag
            else "a number"
        )
    low = limit.low if limit else 0
    high = limit.high if limit else 1 if name == FAILING_SHARE else None
    if value < low or (high is not None and value > high):
        return f"{low:g} to {high:g}" if high is not None else f"at least {low:g}"
    return ""
