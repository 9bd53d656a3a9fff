"""What an erasure will touch: found by address and key, counted by stream, nothing changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.core.errors import SettingsInvalid
from orchestration.erasure.landing_plan import normalise, plan_landing
from tests.unit.erasure.factories import KEY, landed_company

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("kind", "text", "normalised"),
    [
        ("email", " Ana@Example.COM ", "ana@example.com"),
        ("email", "ana", None),
        ("phone", "600 111 222", "+34600111222"),
        ("phone", "0033 6 12 34 56 78", "+33612345678"),
        ("phone", "12", None),
    ],
)
def test_addresses_are_normalised_like_those_of_the_data(
    kind: str, text: str, normalised: str | None
) -> None:
    assert normalise(kind, text, country="ES") == normalised


def test_rows_of_the_person_go_and_others_lose_what_names_them(tmp_path: Path) -> None:
    company, loads = landed_company(tmp_path)
    before = {path: path.read_bytes() for path in company.home.landing.rglob("*.parquet")}
    plan = plan_landing(
        company.home, emails=["ana@example.com"], phones=[], keys={}, key=KEY, country="ES"
    )
    assert plan.subject.subjects["contacts"] == ("crm:1",)
    assert plan.erased == {"crm.contacts": 1}
    assert plan.untied == {"crm.deals": 1}
    assert plan.mentions == {"crm.deals": 1}
    assert plan.quarantined == 1
    assert set(plan.loads) == {load.load_id for load in loads.values()}
    assert plan.files == (("crm", "contacts.csv"), ("crm", "deals.csv"))
    assert before == {path: path.read_bytes() for path in before}


def test_by_key_the_persons_address_is_found_too(tmp_path: Path) -> None:
    company, _ = landed_company(tmp_path)
    plan = plan_landing(
        company.home, emails=[], phones=[], keys={"contacts": ["crm:2"]}, key=KEY, country="ES"
    )
    assert plan.subject.emails == ("bea@example.com",)
    assert plan.untied == {"crm.deals": 2}
    with pytest.raises(SettingsInvalid, match="crm:9"):
        plan_landing(
            company.home, emails=[], phones=[], keys={"contacts": ["crm:9"]}, key=KEY, country="ES"
        )
