"""A made-up Spanish-speaking distance-selling company, for the demo, the tests and the benchmarks.

`generate` writes what its tools would export (CRM, phone system, mailer, marketing, shop, billing) with an
`embudo.yml` and a `truth.json` with the figures that must come out. Nothing here reads the warehouse, and
nothing outside tests, benchmarks and the demo uses it.
"""

from __future__ import annotations

from sandbox.generation import END, SETTINGS, generate, generate_day
from sandbox.truth import Truth

__all__ = ["END", "SETTINGS", "Truth", "generate", "generate_day"]
