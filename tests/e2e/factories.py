"""Factories of small companies whose rows are in the test, and of project copies that a test edits."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

import yaml

from tests.conftest import ROOT, Embudo


def company_of(folder: Path, files: Mapping[str, str], **settings: object) -> Embudo:
    """A company whose streams are CSV texts in UTC with canonical column names; nothing is refreshed yet."""
    streams = {}
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        header = text.partition("\n")[0].split(",")
        streams[name] = {"files": f"{name}.csv", "columns": {column: column for column in header}}
    sources = {"crm": {"time_zone": "UTC", "format": {"type": "csv"}, "streams": streams}}
    config = folder / "embudo.yml"
    config.write_text(
        yaml.safe_dump({**settings, "inbox": ".", "sources": sources}), encoding="utf-8"
    )
    return Embudo(home=folder / "home", config=config)


def project_copy(folder: Path) -> Path:
    """A copy of what an analyst edits, which `EMBUDO_PROJECT` points Embudo to."""
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / name, folder)
    for name in ("models", "seeds", "dbt_project"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def orders_of_days(days: int, *, line: Callable[[int], tuple[str, int]]) -> dict[str, str]:
    """Five orders per day from January 2026 on, each of a line: `line` is its product and price, by number."""
    orders, lines = (
        ["order_id,account_id,ordered_at,status"],
        ["order_id,line_no,product_id,quantity,unit_price"],
    )
    for day in range(days):
        for number in range(5):
            at = date(2026, 1, 1) + timedelta(days=day)
            product, price = line(number)
            orders.append(f"o{day}-{number},a{number},{at}T12:00:00Z,completed")
            lines.append(f"o{day}-{number},1,{product},1,{price}")
    return {"orders": "\n".join(orders) + "\n", "order_lines": "\n".join(lines) + "\n"}
