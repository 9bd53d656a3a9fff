"""What of a row the gate may show (I9)."""

from __future__ import annotations

import pytest

from orchestration.quality.masking import is_shown, shown, shown_columns, shown_text


@pytest.mark.parametrize(
    ("column", "may"),
    [
        ("order_key", True), ("deal_id", True), ("line_no", True), ("closed_on", True),
        ("email", False), ("recipient_email", False), ("phone_key", False), ("full_name", False),
        ("prospect_handle", False), ("from_number", False), ("amount", False), ("name_id", False),
        ("email_key", False),
    ],
)  # fmt: skip
def test_which_columns_may_be_shown(column: str, may: bool) -> None:
    assert is_shown(column) is may


def test_contact_data_inside_a_key_is_masked() -> None:
    values = ["crm:ana@example.com", "crm:+34 600 111 222|1", "crm:1234567890", "ig:@ana"]
    assert shown(values) == ("crm:***", "crm:***|1", "crm:1234567890", "ig:***")


def test_columns_of_a_result_that_may_be_shown_keep_their_order() -> None:
    assert shown_columns(["email", "order_key", "amount", "closed_on"]) == (
        "order_key",
        "closed_on",
    )


def test_what_an_engine_quotes_of_a_row_is_masked() -> None:
    assert shown_text("Conversion Error: 'ana@example.com'") == "Conversion Error: '***'"
