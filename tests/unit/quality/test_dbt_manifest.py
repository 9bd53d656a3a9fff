"""What dbt's tests expect and what to do about them, in words."""

from __future__ import annotations

from typing import Any

from orchestration.quality.dbt_manifest import expected_of, remedy_of
from orchestration.quality.outcomes import Finding


def test_a_relationship_names_the_model_that_lacks_the_keys() -> None:
    test: dict[str, Any] = {
        "resource_type": "test",
        "name": "relationships_fct_orders_account_key",
        "column_name": "account_key",
        "test_metadata": {
            "name": "relationships",
            "kwargs": {"to": "ref('dim_accounts')", "field": "account_key"},
        },
        "config": {"severity": "warn"},
    }
    assert expected_of(test) == "each account_key is in dim_accounts"
    assert remedy_of(test).startswith(
        "Deliver the records behind dim_accounts that have these keys"
    )


def test_a_test_states_its_own_words() -> None:
    meta = {"expected": "each stage has a probability", "remedy": "Add it to\n  seeds/stages.csv."}
    test = {"resource_type": "test", "name": "stages", "config": {"meta": meta}}
    assert expected_of(test) == "each stage has a probability"
    assert remedy_of(test) == "Add it to seeds/stages.csv."
    plain = {"resource_type": "test", "name": "stages", "config": {}}
    assert (expected_of(plain), remedy_of(plain)) == ("no rows", "")


def test_a_finding_has_its_own_remedy_or_that_of_its_check() -> None:
    own = Finding(False, "2", "0", severity="warn", remedy="Fix it.")
    common = Finding(False, "2", "0", severity="warn")
    passed = Finding(True, "0", "0", remedy="Fix it.")
    tests = [
        finding.result(gate=1, name="n", subject="s", remedy="See the docs.").remedy
        for finding in (own, common, passed)
    ]
    assert tests == ["Fix it.", "See the docs.", ""]
