"""Gate 3: events of messages whose sending has not landed are counted and named."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.core.records import CheckResult
from tests.unit.quality.company import make_company
from tests.unit.quality.factories import gate_input, results

_ALL_SENT = "('mailer', 'm1', 'k1', 'sent'), ('mailer', 'm1', 'k1', 'open')"


def _check(folder: Path, events: str, **limits: float) -> CheckResult:
    databases = make_company(folder)
    with duckdb.connect(str(databases.warehouse)) as connection:
        connection.execute(
            f"""
            create schema intermediate;
            create table intermediate.int_email__events as
                select source || ':e' || row_number() over () as event_key, message_key,
                    source || ':' || campaign as campaign_key, kind, kind = 'deleted' as _is_deleted
                from (values {events}) as t(source, message_key, campaign, kind);
            create table intermediate.int_email__messages as
                select message_key, bool_or(kind = 'sent') as is_sent
                from intermediate.int_email__events group by 1;
            """
        )
    (result,) = results("emails.without_sent", gate_input(folder, limits=limits))
    return result


def test_events_of_sent_messages_pass(tmp_path: Path) -> None:
    assert _check(tmp_path, f"{_ALL_SENT}, ('mailer', 'm2', 'k1', 'deleted')").outcome == "pass"


def test_events_without_a_sending_warn_with_their_campaigns_and_keys(tmp_path: Path) -> None:
    result = _check(
        tmp_path, f"{_ALL_SENT}, ('mailer', 'm2', 'k2', 'open'), ('esp', 'm3', 'k1', 'sent')"
    )
    assert result.outcome == "warn"
    assert result.observed == ("mailer: 1 of 3 events (33.3%) have no `sent` (campaigns mailer:k2)")
    assert (result.failures, result.sample_keys) == (1, ("mailer:e3",))
    assert "kind `sent`" in result.remedy


def test_a_share_that_settings_allow_passes(tmp_path: Path) -> None:
    events = f"{_ALL_SENT}, ('mailer', 'm2', 'k2', 'open')"
    assert _check(tmp_path, events, unsent_email_share=0.34).outcome == "pass"


def test_a_source_of_opened_and_clicked_lists_is_told_so(tmp_path: Path) -> None:
    campaigns = ", ".join(f"('lists', 'm{n}', 'k{n}', 'open')" for n in range(2, 7))
    result = _check(tmp_path, f"{_ALL_SENT}, {campaigns}, ('lists', 'm2', 'k2', 'click')")
    assert result.observed == (
        "lists: 6 of 6 events (100.0%) have no `sent` (campaigns lists:k2, lists:k3, lists:k4 and 2 more); "
        "it has no `sent` at all, only click, open, so none of its rates exist"
    )


def test_without_the_models_it_has_failed(tmp_path: Path) -> None:
    make_company(tmp_path)
    (result,) = results("emails.without_sent", gate_input(tmp_path))
    assert (result.outcome, result.ran) == ("fail", False)
