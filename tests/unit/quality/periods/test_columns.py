"""What of a stream is counted, derived from its contract."""

from __future__ import annotations

from orchestration.quality.periods.columns import counted
from orchestration.settings.contract_loading import load_contract


def features(stream: str) -> dict[str, str]:
    return {column.name: column.feature for column in counted(load_contract()[stream]).columns}


def test_words_owners_and_booleans_are_counted_value_by_value() -> None:
    deals = counted(load_contract()["deals"])
    assert {column.name for column in deals.of("kind")} >= {
        "stage",
        "status",
        "owner_id",
        "product_id",
    }
    assert {column.name: column.group for column in deals.of("kind")}["owner_id"] == "users"
    assert features("email_events")["is_machine"] == "kind"


def test_private_columns_and_ids_of_many_rows_are_only_counted_as_a_whole() -> None:
    assert {name for name, feature in features("leads").items() if feature == "text"} >= {
        "full_name",
        "email",
        "phone",
        "contact_id",
        "deal_id",
    }


def test_times_are_counted_from_the_rows_own_time() -> None:
    calls = counted(load_contract()["calls"])
    assert (calls.time, calls.has_hours) == ("started_at", True)
    assert features("calls")["answered_at"] == "lag"
    assert "started_at" not in features("calls")


def test_the_time_of_a_row_is_its_business_time_or_the_day_in_its_key() -> None:
    times = {name: counted(contract).time for name, contract in load_contract().items()}
    assert times["marketing_spend"] == "spend_on"
    assert times["staff_costs"] == "month"
    assert not counted(load_contract()["staff_costs"]).has_hours
    # targets are set for times to come, lines have the time of their order
    assert times["targets"] is times["order_lines"] is times["users"] is None
    assert "set_on" not in features("targets")


def test_words_and_groups_in_a_key_are_counted_too() -> None:
    assert features("marketing_spend")["channel"] == "kind"
    assert features("marketing_spend")["campaign_id"] == "kind"
    assert features("deal_stage_changes")["stage"] == "kind"
    assert {"deal_id", "entered_at"}.isdisjoint(features("deal_stage_changes"))
    agents = {
        column.name: column.group for column in counted(load_contract()["agent_states"]).columns
    }
    assert agents["agent_id"] == "users"
