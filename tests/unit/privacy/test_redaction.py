"""The last net before a text is kept or sent: secrets and contact data are masked (I9)."""

from __future__ import annotations

import pytest

from orchestration.privacy.redaction import redacted, without_contacts, without_secrets


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Binder Error: no column ana@example.com", "Binder Error: no column ***"),
        ("mail 'ana@example.com', again", "mail '***', again"),
        ("crm:+34 600 111 222|1", "crm:***|1"),
        ("call +34600111222 or +34 (600) 111-222", "call *** or ***"),
        ("order 600111222 of 2026-07-01", "order 600111222 of 2026-07-01"),
        ("a + 12 rows", "a + 12 rows"),
    ],
)
def test_contact_data(text: str, masked: str) -> None:
    assert without_contacts(text) == masked


def test_values_of_secret_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_TOKEN", "tok-12345")
    monkeypatch.setenv("CRM_TOKEN_LONG", "tok-12345-and-more")
    monkeypatch.setenv("DATABASE_URL", "postgresql://bi:hunter22@db.test/x")
    monkeypatch.setenv("API_KEY", "short")
    monkeypatch.setenv("COMPANY", "a-plain-value")
    text = "sent tok-12345-and-more, then tok-12345; hunter22 at short a-plain-value"
    assert without_secrets(text) == "sent ***, then ***; *** at short a-plain-value"
    assert redacted("tok-12345 of ana@example.com") == "*** of ***"


def test_an_address_that_cannot_be_parsed_is_masked_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_URL", "https://[broken/secret")
    assert without_secrets("POST https://[broken/secret: 500") == "POST ***: 500"
