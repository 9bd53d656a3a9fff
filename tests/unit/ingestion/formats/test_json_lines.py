"""JSON lines: nested and missing keys; files that are not in lines."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.unit.ingestion.factories import Company


def test_json_lines_with_nested_and_missing_keys(company: Company) -> None:
    company.drop(
        "e.jsonl",
        '{"id": "1", "kind": "sent", "at": "2026-07-01T10:00:00Z", '
        '"to": {"mail": "a@x.es", "ip": "::1"}}\n'
        "\n"
        "not json\n"
        '["a list"]\n'
        '{"id": 2, "kind": "open", "at": "2026-07-01T12:00:00+02:00", '
        '"campaign": "k", "note": "ñ"}\n',
    )
    company.map(
        "email_events",
        {
            "files": "*.jsonl",
            "columns": {
                "event_id": "id",
                "kind": "kind",
                "occurred_at": "at",
                "recipient_email": "to.mail",
                "campaign_id": {"sql": "coalesce(campaign, 'none')"},
                "url": "link",
            },
        },
    )
    company.land()
    ten = dt.datetime(2026, 7, 1, 10)
    assert company.rows(
        "select event_id, occurred_at, recipient_email, campaign_id, url, _line, _extra "
        "from landing.email_events order by 1"
    ) == [
        ("1", ten, "a@x.es", "none", None, 1, '{"to":{"ip":"::1"}}'),
        ("2", ten, None, "k", None, 5, '{"note":"ñ"}'),
    ]
    assert company.quarantine() == [(3, "not a JSON object"), (4, "not a JSON object")]


@pytest.mark.parametrize("text", ['[{"id": 1},\n{"id": 2}]\n', '{\n "id": 1\n}\n'])
def test_json_that_is_not_in_lines_is_named(company: Company, text: str) -> None:
    company.drop("a.json", text)
    company.map("products", {"files": "*", "columns": {"product_id": "id", "name": "id"}})
    [aside] = company.land().rejected_files
    assert "a.json holds no JSON object on any line" in aside.reason


def test_a_key_that_stands_twice_is_quarantined_and_depth_harms_nobody(company: Company) -> None:
    deep = "[" * 50_000 + "]" * 50_000
    company.drop(
        "p.jsonl",
        '{"id": "1", "name": "Tea", "price": {"net": 2}}\n'
        '{"id": "2", "name": "Tea", "name": "Coffee", "price": {"net": 2}}\n'
        '{"id": "3", "name": "Tea", "price": {"net": 2, "net": 3}}\n'
        f'{{"id": "4", "name": "Tea", "price": {{"net": 2}}, "deep": {deep}}}\n'
        f'{{"id": "5", "name": {deep}, "price": {{"net": 2}}}}\n',
    )
    company.map(
        "products",
        {
            "files": "*.jsonl",
            "columns": {"product_id": "id", "name": "name", "unit_price": "price.net"},
        },
    )
    assert not company.land().rejected_files
    assert company.quarantine() == [
        (2, "a JSON object with a key twice"),
        (3, "a JSON object with a key twice of price"),
    ]
    assert company.rows("select product_id from landing.products order by 1") == [
        ("1",),
        ("4",),
        ("5",),
    ]


def test_whole_numbers_that_were_written_as_fractions_are_whole(company: Company) -> None:
    cells = ["2.0", '"2.0"', "1E5", "1234567890123456.0", "2.50", "9007199254740993.0", "1e17"]
    lines = "".join(f'{{"id": {cell}, "name": "{n}"}}\n' for n, cell in enumerate(cells))
    company.drop("a.jsonl", lines)
    company.map("accounts", {"files": "*.jsonl", "columns": {"account_id": "id", "name": "name"}})
    company.land()
    assert company.rows("select name, account_id from landing.accounts order by 1") == [
        ("0", "2"),
        ("1", "2.0"),
        ("2", "100000"),
        ("3", "1234567890123456"),
        ("4", "2.5"),
    ]
    assert [line for line, _ in company.quarantine()] == [6, 7]
