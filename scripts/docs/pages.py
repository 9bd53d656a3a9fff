"""Which page is generated from what. A new page is one entry of `_PAGES`, a module and a template."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from scripts.docs import (
    check_catalogue,
    checks,
    command_line,
    invariants,
    marts,
    metrics,
    settings_schema,
    streams,
)
from scripts.docs.project import ROOT

MARTS_BEGIN, MARTS_END = "<!-- marts: begin -->", "<!-- marts: end -->"


def _bi_page() -> str:
    """`docs/bi.md` as it stands, with the table of marts between its marks."""
    page = (ROOT / "docs" / "bi.md").read_text(encoding="utf-8")
    table = f"{MARTS_BEGIN}\n{marts.table()}{MARTS_END}"
    pattern = re.escape(MARTS_BEGIN) + ".*?" + re.escape(MARTS_END)
    return re.sub(pattern, lambda _: table, page, flags=re.S)


_PAGES: dict[str, Callable[[], str]] = {
    "streams.md": streams.page,
    "metrics.md": metrics.page,
    "marts.md": marts.page,
    "bi.md": _bi_page,
    "checks.md": checks.page,
    "cli.md": command_line.page,
    "dev/invariants.md": invariants.page,
    "embudo.schema.json": settings_schema.text,
    "../orchestration/settings/checks.json": check_catalogue.text,
}


def names() -> tuple[str, ...]:
    """The generated pages, and those with a generated part, by file name in `docs/`."""
    return tuple(_PAGES)


def text_of(name: str) -> str:
    """A page as it should be; raises `KeyError` for one that is not generated."""
    return _PAGES[name]()


def stale() -> dict[Path, str]:
    """The pages whose file differs from what it should be, with that text."""
    wanted = {ROOT / "docs" / name: render() for name, render in _PAGES.items()}
    return {
        path: text
        for path, text in wanted.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }
