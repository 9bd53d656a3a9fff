"""What a REST request asks for: read from an address or a JSON body, and nothing else accepted.

A parameter that is not known is an error: a filter with a typo in its name would otherwise let every row through.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from serving.errors import Refusal


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Texts by parameter name, each as often as it was sent."""

    values: Mapping[str, tuple[str, ...]]

    @classmethod
    def of_address(cls, items: Iterable[tuple[str, str]], *, known: Collection[str]) -> Parameters:
        """The parameters of a query string; raises `Refusal` for one that is not known."""
        values: dict[str, tuple[str, ...]] = {}
        for name, value in items:
            values[name] = (*values.get(name, ()), value)
        _check(values, known)
        return cls(values=values)

    @classmethod
    def of_body(cls, body: bytes, *, known: Collection[str]) -> Parameters:
        """The parameters of a JSON object of texts, numbers and lists of texts; raises `Refusal` for anything else."""
        try:
            content = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise Refusal("The body is not JSON: expected an object of parameters.") from error
        if not isinstance(content, dict):
            raise Refusal("The body is not a JSON object: expected one of parameters.")
        _check(content, known)
        values: dict[str, tuple[str, ...]] = {}
        for name, value in content.items():
            items = value if isinstance(value, list) else [value]
            if any(isinstance(item, bool) or not isinstance(item, str | int) for item in items):
                raise Refusal(f"`{name}` must be a text, a whole number or a list of texts.")
            values[name] = tuple(str(item) for item in items)
        return cls(values=values)

    def one(self, name: str) -> str | None:
        """A parameter that may be sent once; None where it was not, or is empty."""
        values = self.values.get(name, ())
        if len(values) > 1:
            raise Refusal(f"`{name}` was sent {len(values)} times; expected it once.")
        return values[0].strip() or None if values else None

    def names(self, name: str) -> tuple[str, ...]:
        """A list of names: separated by commas, or sent several times."""
        parts = (part.strip() for value in self.values.get(name, ()) for part in value.split(","))
        return tuple(part for part in parts if part)

    def texts(self, name: str) -> tuple[str, ...]:
        """A parameter that may be sent several times, each a text with commas of its own."""
        return self.values.get(name, ())

    def number(self, name: str) -> int | None:
        """A whole number from 0; None where it was not sent."""
        text = self.one(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit()) or len(text) > 12:
            raise Refusal(f"`{name}` is `{text[:40]}`; expected a whole number from 0.")
        return int(text)

    def choice(self, name: str, allowed: Collection[str], default: str) -> str:
        """One of some words, whatever its case."""
        text = (self.one(name) or default).lower()
        if text not in allowed:
            raise Refusal(f"`{name}` is `{text[:40]}`; expected one of {', '.join(allowed)}.")
        return text


def _check(names: Iterable[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            expected = ", ".join(sorted(known)) or "none"
            raise Refusal(f"There is no parameter `{name[:60]}`. Expected: {expected}.")
