"""Gate 3: addresses and names of contacts in marts, docs and logs."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.privacy.private_company import make
from tests.unit.quality.factories import gate_input, results


def test_marts_without_addresses_pass(tmp_path: Path) -> None:
    make(tmp_path, {"deals.lost_reason": ["Caro", "Ana Gil lo lleva"]})
    (found,) = results("personal_data.marts", gate_input(tmp_path))
    assert (found.outcome, found.observed) == ("pass", "none")


def test_an_address_in_a_mart_stops_the_release_and_is_not_quoted(tmp_path: Path) -> None:
    make(
        tmp_path,
        {
            "deals.lost_reason": ["Caro", "x@y.example", "Ana Ruiz"],
            "deals2.deal_key": ["crm:+34677000111"],
        },
    )
    (found,) = results("personal_data.marts", gate_input(tmp_path))
    assert (found.outcome, found.severity, found.failures) == ("fail", "error", 3)
    assert (
        found.observed
        == "core.deals.lost_reason: 2 (e-mail, name); core.deals2.deal_key: 1 (phone)"
    )
    assert "y.example" not in repr(found)


def test_the_log_of_the_refresh_is_searched(tmp_path: Path) -> None:
    home = tmp_path / "home"
    candidate = home / "candidates" / "run"
    candidate.mkdir(parents=True)
    make(candidate, {})
    one = gate_input(candidate)
    log = home / "logs" / f"{one.run_id}.jsonl"
    log.parent.mkdir()
    log.write_text(json.dumps({"message": "12 rows"}) + "\n")
    (found,) = results("personal_data.docs", one)
    assert found.outcome == "pass"
    log.write_text(json.dumps({"message": "row of Ana Ruiz, 605129071"}) + "\nx@y.example\n")
    (found,) = results("personal_data.docs", one)
    assert (found.outcome, found.observed) == ("fail", "2 texts with e-mail, name, phone")
