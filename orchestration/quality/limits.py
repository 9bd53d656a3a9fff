"""Limits of checks: the keyword-only parameters of a check function, each a number with what it means.

A parameter that is a frozen dataclass stands for one limit per field, called `<parameter>_<field>`. All limits can be
set in embudo.yml: `settings.check_catalogue` lists them. What a check does with them does not belong here.
"""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class About:
    """What a limit means, as an annotation: `share: Annotated[float, About("rows that …", high=1)] = 0.1`."""

    text: str = ""
    low: float = 0
    high: float | None = None


@dataclass(frozen=True)
class Limit:
    """One limit of a check with its default; None: not compared."""

    name: str
    default: Any
    about: About = About()
    parameter: str = ""
    """The parameter of the function that it belongs to."""
    field: str = ""
    """The field of that parameter, where it is a dataclass."""


def limits_of(function: Callable[..., Any]) -> Iterator[Limit]:
    """The limits of a check function, in the order of its signature."""
    inspected = inspect.unwrap(function)
    for name, parameter in inspect.signature(inspected).parameters.items():
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            continue
        default = parameter.default
        if dataclasses.is_dataclass(default):
            hints = typing.get_type_hints(type(default), include_extras=True)
            for field in dataclasses.fields(default):
                yield Limit(
                    name=f"{name}_{field.name}",
                    default=getattr(default, field.name),
                    about=_about(hints[field.name]),
                    parameter=name,
                    field=field.name,
                )
        else:
            hint = _hint(parameter.annotation, inspected.__globals__)
            yield Limit(name=name, default=default, about=_about(hint), parameter=name)


def arguments(function: Callable[..., Any], limits: Mapping[str, Any]) -> dict[str, Any]:
    """Those of `limits` that a check function has, as its keyword arguments; the others keep their defaults."""
    parameters = inspect.signature(function).parameters
    own: dict[str, Any] = {}
    for limit in limits_of(function):
        if limit.name not in limits:
            continue
        if limit.field:
            known = own.get(limit.parameter, parameters[limit.parameter].default)
            own[limit.parameter] = dataclasses.replace(known, **{limit.field: limits[limit.name]})
        else:
            own[limit.parameter] = limits[limit.name]
    return own


def _hint(annotation: Any, names: Mapping[str, Any]) -> Any:
    stub = type("Stub", (), {"__annotations__": {"limit": annotation}})
    return typing.get_type_hints(stub, globalns=dict(names), include_extras=True)["limit"]


def _about(hint: Any) -> About:
    stated = (extra for extra in getattr(hint, "__metadata__", ()) if isinstance(extra, About))
    return next(stated, About())
