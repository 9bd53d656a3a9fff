"""The checks of the gate: each is one function, registered here by `@check`.

Whatever needs to know all checks iterates the registry: the gate itself, the receipt's list of required
checks, `embudo init`'s limits, the tables in docs/checks.md. The functions stand in `checks/`, one module
per kind of check; every module in that folder is found by itself. What a check examines does not belong
here.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

from orchestration.core.records import CheckResult
from orchestration.quality.intended_changes import Compares
from orchestration.quality.limits import Limit, arguments, limits_of
from orchestration.quality.outcomes import Finding
from orchestration.quality.subjects import Definitions

Per = Literal["load", "source", "candidate"]
Policy = Literal["warn", "quarantine", "stop"]
"""What a failed check of gate 1 does: it warns, keeps the load out of the build, or stops the refresh."""

CheckFunction = Callable[..., Finding | Iterable[Finding]]
NamesFunction = Callable[[Definitions], Mapping[str, str]]


@dataclass(frozen=True)
class Check:
    """One registered function.

    `name` is the check's name, or for a family the pattern of its names, e.g. `rows.<mart>`; `on` is what
    it examines. `per` is what it is called for: each new load, each source (gate 1), or the candidate.
    """

    gate: int
    name: str
    on: str
    function: CheckFunction
    per: Per
    names: NamesFunction | None
    policy: Policy
    nothing: str
    """What its result shows where there was no load or source to examine."""
    remedy: str = ""
    """What to do where it does not pass and the finding has no advice of its own."""
    scopes: tuple[str, ...] = ()
    """What its findings can be told apart by, in exceptions of embudo.yml."""
    has_share: bool = False
    """Whether its findings state of how many rows they are."""
    compares: Compares = ""
    """What all of it is compared with."""

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        """Its limits: the keyword-only parameters of the function, or their fields."""
        return tuple(limits_of(self.function))

    @property
    def module(self) -> str:
        """The module that its function stands in."""
        return self.function.__module__

    @property
    def is_family(self) -> bool:
        """Whether its names come from the project: dbt's tests, marts, metrics."""
        return self.names is not None

    @property
    def summary(self) -> str:
        """The first paragraph of the function's docstring on one line."""
        return " ".join((inspect.getdoc(self.function) or "").split("\n\n")[0].split())

    def names_in(self, definitions: Definitions) -> dict[str, str]:
        """Name to subject of every result that it must bring for a candidate."""
        return dict(self.names(definitions)) if self.names else {self.name: self.on}

    def run(self, subject: object, limits: Mapping[str, Any]) -> tuple[Finding, ...]:
        """Call the function with those of `limits` that it has; the others keep their defaults."""
        outcome = self.function(subject, **arguments(self.function, limits))
        return (outcome,) if isinstance(outcome, Finding) else tuple(outcome)

    def result(self, finding: Finding) -> CheckResult:
        """A finding as a result under this check's gate, and its name and subject where it has none."""
        return finding.result(gate=self.gate, name=self.name, subject=self.on, remedy=self.remedy)


_CHECKS = "orchestration.quality.checks"
_SCOPES: Mapping[Per, tuple[str, ...]] = {
    "load": ("source", "stream", "subject"),
    "source": ("source", "subject"),
    "candidate": ("subject",),
}

OF_STREAMS = ("source", "stream", "subject")
"""The scopes of checks whose subjects are `source.stream`."""

_REGISTERED: dict[str, Check] = {}


def check(
    *,
    gate: int,
    name: str,
    on: str,
    per: Per = "candidate",
    names: NamesFunction | None = None,
    policy: Policy = "stop",
    nothing: str = "nothing new",
    remedy: str = "",
    scopes: Sequence[str] = (),
    has_share: bool = False,
    compares: Compares = "",
) -> Callable[[CheckFunction], CheckFunction]:
    """Register a check function.

    It takes what it examines (`LandedLoad`, `LandedSource`, or `GateInput` for a candidate), has its limits
    as keyword-only arguments with defaults, and returns a `Finding` or several. A family states its
    `names`: definitions of the project to name and subject. `policy` is what failing does where
    `on_breach` in embudo.yml leaves it open (gate 1); `remedy` is what somebody should do then. `scopes` are what its
    findings can be told apart by, where that is more than their subject; `compares` what all of it is compared with.
    Raises ValueError for a name that is taken.
    """

    def register(function: CheckFunction) -> CheckFunction:
        known = _REGISTERED.get(name)
        if known is not None and known.function is not function:
            raise ValueError(
                f"Two checks are called {name}: {known.function.__module__} and "
                f"{function.__module__}. Give one of them another name."
            )
        _REGISTERED[name] = Check(
            gate=gate,
            name=name,
            on=on,
            function=function,
            per=per,
            names=names,
            policy=policy,
            nothing=nothing,
            remedy=remedy,
            scopes=tuple(scopes) or _SCOPES[per],
            has_share=has_share,
            compares=compares,
        )
        return function

    return register


@lru_cache(maxsize=1)
def all_checks() -> tuple[Check, ...]:
    """Every registered check, by gate, module and line; the modules in `checks/` are imported for it."""
    checks = importlib.import_module(_CHECKS)
    for module in pkgutil.iter_modules(checks.__path__):
        importlib.import_module(f"{_CHECKS}.{module.name}")
    return tuple(sorted(_REGISTERED.values(), key=_position))


def _position(check: Check) -> tuple[int, str, int]:
    code = inspect.unwrap(check.function).__code__
    return check.gate, check.module, code.co_firstlineno


def checks_of(*gates: int) -> tuple[Check, ...]:
    """The checks of these gates."""
    return tuple(entry for entry in all_checks() if entry.gate in gates)


def names_with_families(definitions: Definitions) -> tuple[tuple[str, str], ...]:
    """The name of every check that a project has, with the registered one that it belongs to."""
    return tuple(
        (name, entry.name) for entry in all_checks() for name in entry.names_in(definitions)
    )


def registered(name: str) -> Check:
    """The check, or the family, of this registered name; raises KeyError for none."""
    return next((entry for entry in all_checks() if entry.name == name), None) or _REGISTERED[name]


def default_limits() -> dict[str, float | None]:
    """Limit to its default, over all checks."""
    return {limit.name: limit.default for entry in all_checks() for limit in entry.limits}


@dataclass(frozen=True)
class CheckRow:
    """A check as the docs list it: its limits as name to text."""

    gate: int
    name: str
    on: str
    summary: str
    limits: Mapping[str, str]
    policy: str
    remedy: str


def check_rows() -> Iterator[CheckRow]:
    """All checks as rows of the tables in the docs."""
    for entry in all_checks():
        yield CheckRow(
            gate=entry.gate,
            name=entry.name,
            on=entry.on,
            summary=entry.summary,
            limits={limit.name: _text(limit) for limit in entry.limits},
            policy=entry.policy if entry.gate == 1 else "",
            remedy=entry.remedy,
        )


def _text(limit: Limit) -> str:
    default = "not compared" if limit.default is None else str(limit.default)
    return f"{default}: {limit.about.text}" if limit.about.text else default
