"""What rows of each stream are compared by."""

from __future__ import annotations

from orchestration.quality.row_contents import RowContents, contents_of
from orchestration.settings.contract_loading import load_contract


def of(stream: str) -> RowContents:
    contents = contents_of(load_contract()[stream])
    assert contents is not None
    return contents


def test_the_own_id_is_left_out_and_ids_of_others_are_compared() -> None:
    calls = of("calls")
    assert calls.ids == ("call_id",)
    assert {"agent_id", "contact_id", "started_at", "talk_seconds"} <= set(calls.content)
    assert "recording_url" not in calls.content
    assert of("order_lines").ids == ("line_no",)
    assert of("deal_stage_changes").content == ("stage", "entered_at")


def test_what_changes_while_a_row_lives_is_left_out() -> None:
    deals = set(of("deals").content)
    assert {"created_at", "account_id", "owner_id", "amount"} <= deals
    assert not deals & {"stage", "status", "closed_at", "expected_close_on", "updated_at"}


def test_rows_whose_keys_repeat_are_told_apart_by_their_place() -> None:
    spend = of("marketing_spend")
    assert spend.ids == ()
    assert spend.key == "hash(_source, _file, _line)"
    assert {"spend_on", "campaign_id", "amount"} <= set(spend.content)


def test_a_stream_that_is_all_key_is_not_compared() -> None:
    assert contents_of(load_contract()["targets"]) is None


def test_events_are_compared_over_sources_and_records_within_theirs() -> None:
    assert of("calls").is_event
    assert "_source" not in of("calls").fingerprint
    assert not of("contacts").is_event
    assert "_source" in of("contacts").fingerprint


def test_the_owner_is_the_rep_or_the_agent() -> None:
    assert of("calls").owner == "agent_id"
    assert of("deals").owner == "owner_id"
    assert of("users").owner is None


def test_a_row_is_telling_where_it_names_somebody_and_a_minute_or_an_amount() -> None:
    assert '"contact_id" is not null' in of("calls").is_telling
    assert '"agent_id" is not null' not in of("calls").is_telling
    assert '"campaign_id" is not null' in of("marketing_spend").is_telling
    assert '"campaign_id" is not null' not in of("email_events").is_telling
