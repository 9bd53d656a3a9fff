"""A shop that writes one sale in five as a return, with a negative price: stopped without its exception, released with
it, stopped again once it has ended.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from tests.conftest import Embudo
from tests.e2e.factories import company_of, orders_of_days

pytestmark = pytest.mark.slow

CHECK = "marts.customer.fct_order_lines.unstated_negative_amount"
TITLE = f"{CHECK} on fct_order_lines"
REASON = "one line in five is a return, with a negative price"
TODAY = date.today()


def files(*, days: int) -> dict[str, str]:
    """Five orders per day, each of a line; the fifth is below zero."""
    return orders_of_days(days, line=lambda number: ("p1", -20 if number == 4 else 10 + number))


def set_exception(company: Embudo, until: date) -> None:
    assert company.config is not None
    settings = yaml.safe_load(company.config.read_text(encoding="utf-8"))
    settings["exceptions"] = [
        {"check": CHECK, "limits": {"failing_share": 0.25}, "reason": REASON, "until": until}
    ]
    company.config.write_text(yaml.safe_dump(settings), encoding="utf-8")


def test_stopped_released_and_stopped_again(tmp_path: Path) -> None:
    company = company_of(tmp_path, files(days=20))
    stopped = company("refresh", expect=5)
    assert f"FAILED  {TITLE}" in stopped.stderr

    until = TODAY + timedelta(days=100)
    set_exception(company, until)
    company("refresh")
    excepted = f"excepted until {until}: {REASON}"
    assert f"Excepted: {TITLE}: 20 of 100 rows break it; {excepted}" in company("status").stdout
    assert excepted in company("status", "--explain").stdout
    answer = " ".join(company("query", "revenue").stdout.split())
    assert f"Excepted by the settings: {TITLE} (until {until}: {REASON})" in answer
    assert TITLE not in company("query", "opportunities_created").stdout
    release = company.home / "current"
    receipt = json.loads((release / "receipt.json").read_text(encoding="utf-8"))
    checks = {check["name"]: check for check in receipt["checks"]}
    assert (checks[CHECK]["outcome"], checks[CHECK]["waiver"]) == ("pass", "")
    assert checks[CHECK]["exception"] == f"until {until}: {REASON}"
    assert checks["exceptions.standing"]["observed"] == "1 in force"
    assert TITLE not in company("waive", "--list").stdout

    set_exception(company, TODAY - timedelta(days=2))
    for name, text in files(days=21).items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    again = company("refresh", expect=5)
    assert f"FAILED  {TITLE}" in again.stderr
    assert f"Its exception ended on {TODAY - timedelta(days=2)} ({REASON})" in again.stderr
    assert f"{CHECK}: ended on" in again.stderr
