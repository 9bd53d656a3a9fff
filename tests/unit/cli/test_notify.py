"""`embudo notify`: who is notified, listed. Hooks themselves are tried in the tests of integration."""

from __future__ import annotations

from tests.faults.tiny_company import TinyCompany
from tests.unit.cli.conftest import CommandLine


def test_nobody_and_somebody(
    embudo: CommandLine, options: tuple[str, ...], company: TinyCompany
) -> None:
    assert "Nobody is notified" in embudo("notify", *options).stdout
    with company.config.open("a", encoding="utf-8") as settings:
        settings.write("alerts: [{kind: webhook, url_env: TEST_HOOK, on: [failure]}]\n")
    assert "webhook to $TEST_HOOK on failure" in embudo("notify", *options).stdout
