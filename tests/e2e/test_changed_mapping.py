"""A mapping changed on purpose: cents where euros were. The gate says what it cannot compare, once, and compares again
with the next release.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Embudo
from tests.e2e.factories import company_of, orders_of_days

pytestmark = pytest.mark.slow

WHY = "the mapping of crm.order_lines changed since release"


def files(*, days: int) -> dict[str, str]:
    """Five orders per day of a line each."""
    return orders_of_days(days, line=lambda number: (f"p{number}", 10 + number))


def write(folder: Path, *, days: int) -> None:
    for name, text in files(days=days).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def checks(company: Embudo) -> dict[str, dict[str, Any]]:
    gate = json.loads((company.home / "current" / "gate.json").read_text(encoding="utf-8"))
    return {check["name"]: check for check in gate["checks"]}


def test_it_is_named_once_and_the_next_refresh_compares_again(tmp_path: Path) -> None:
    company = company_of(tmp_path, files(days=40))
    company("refresh")

    assert company.config is not None
    settings = yaml.safe_load(company.config.read_text(encoding="utf-8"))
    columns = settings["sources"]["crm"]["streams"]["order_lines"]["columns"]
    columns["unit_price"] = {"sql": "unit_price::decimal(18, 2) / 100"}
    company.config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    company("refresh")
    changed = checks(company)
    assert changed["changes.since_release"]["observed"].startswith(WHY)
    profile = changed["profile.customer.fct_order_lines"]
    assert profile["outcome"] == "warn", "it stops where nobody changed the mapping"
    assert f"not comparable: {WHY}" in profile["observed"]
    assert changed["profile.core.dim_products"]["outcome"] == "pass"
    assert "changes.since_release" in company("status").stdout

    write(tmp_path, days=41)
    company("refresh")
    again = checks(company)
    assert again["changes.since_release"]["observed"] == "nothing was changed"
    assert again["profile.customer.fct_order_lines"]["outcome"] == "pass"

    (tmp_path / "order_lines.csv").write_text(
        files(days=42)["order_lines"].replace(",1,1", ",1,100"), encoding="utf-8"
    )
    (tmp_path / "orders.csv").write_text(files(days=42)["orders"], encoding="utf-8")
    stopped = company("refresh", expect=5)
    assert "FAILED  loads.values on crm.order_lines" in stopped.stderr
