"""Data Docs: a page without rows, scripts or addresses, whatever names a company has."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from orchestration.core.records import CheckResult, GateReport
from orchestration.quality import write_gate
from orchestration.quality.data_docs import DATA_DOCS_FILE
from tests.conftest import CHROMIUM_OFFLINE
from tests.unit.quality.factories import result

HOSTILE = "<img src=https://evil.example/x.png onerror=document.title='run'>"


def _check(name: str, subject: str, *, passed: bool = True) -> CheckResult:
    return result(
        name,
        subject=subject,
        passed=passed,
        observed="3 of 40 rows break it" if not passed else "kept",
        expected="never a sign",
        failures=3,
        keys=("crm:secret-key",),
    )


@pytest.fixture
def page(tmp_path: Path) -> Path:
    checks = (
        _check("marts.customer.fct_orders.net_amount_not_negative", "fct_orders", passed=False),
        _check("marts.funnel.fct_deals.stage_not_null", "fct_deals"),
        _check("metric.revenue", HOSTILE, passed=False),
    )
    write_gate(tmp_path, GateReport(run_id="run-1", checks=checks))
    return tmp_path / DATA_DOCS_FILE


def test_it_shows_counts_and_no_keys(page: Path) -> None:
    """I9: neither rows nor keys are in it."""
    text = page.read_text(encoding="utf-8")
    assert "net_amount_not_negative" in text
    assert "3 of 40 rows break it" in text
    assert "1 passed, 0 warned, 2 failed" in text
    assert "secret-key" not in text


def test_it_loads_nothing_from_anywhere(page: Path) -> None:
    """I11: no address in an attribute, no script, no style that imports."""
    text = page.read_text(encoding="utf-8")
    assert not re.findall(r"<(script|link|img|iframe|object)\b", text)
    assert not re.findall(r"(?:src|href)\s*=\s*[\"']", text)
    assert "@import" not in text
    assert "url(" not in text


@pytest.mark.browser
def test_it_opens_in_a_browser_without_any_request(page: Path) -> None:
    """I11: Chromium requests the file and nothing else; hostile names stay text."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    assert chromium, "make test installs Chromium"
    requested: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OFFLINE)
        try:
            tab = browser.new_page()
            tab.on("request", lambda request: requested.append(request.url))
            tab.goto(page.as_uri())
            assert tab.title() == "Data Docs of run-1"
            assert tab.get_by_text("net_amount_not_negative").is_visible()
            assert not tab.get_by_text("stage_not_null").is_visible(), "what passed is folded away"
            tab.get_by_text("fct_deals", exact=False).first.click()
            assert tab.get_by_text("stage_not_null").is_visible()
            assert tab.get_by_text("evil.example").first.is_visible()
        finally:
            browser.close()
    assert requested == [page.as_uri()]
