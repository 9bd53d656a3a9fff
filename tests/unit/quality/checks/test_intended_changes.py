"""Gate 3: changes on purpose are said once, by name."""

from __future__ import annotations

from pathlib import Path

from orchestration.quality.intended_changes import IntendedChanges
from tests.unit.quality.factories import gate_input, results


def test_nothing_changed_passes(tmp_path: Path) -> None:
    (check,) = results("changes.since_release", gate_input(tmp_path))
    assert (check.outcome, check.observed) == ("pass", "nothing was changed")


def test_each_mapping_is_named_under_its_stream_and_settings_once(tmp_path: Path) -> None:
    changes = IntendedChanges(
        "R1",
        mappings=frozenset({("crm", "deals"), ("erp", "orders")}),
        kept=frozenset({("erp", "orders")}),
        settings=("currency", "privacy_key"),
    )
    checks = results("changes.since_release", gate_input(tmp_path, changes=changes))
    assert {check.outcome for check in checks} == {"warn"}
    found = {check.subject: check.observed.partition("; what differs")[0] for check in checks}
    assert found == {
        "crm.deals": "the mapping of crm.deals changed since release R1",
        "erp.orders": "the mapping of erp.orders changed since release R1; rows whose files are gone stay mapped "
        "as they were",
        "all models": "`currency` changed since release R1; the key of hashed addresses changed since release R1",
    }


def test_a_changed_model_is_said_where_it_changes_something(tmp_path: Path) -> None:
    changes = IntendedChanges("R1", nodes=frozenset({"model.embudo.fct_deals"}))
    (check,) = results("changes.since_release", gate_input(tmp_path, changes=changes))
    assert check.outcome == "pass"
