"""A company that spells its words in many ways and whose ids do not always match; every figure is calculated by hand.

Each trouble has its own month or column. A later refresh brings the rows and words that were missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import yaml

from semantic_layer.layer import SemanticLayer
from tests.conftest import Embudo
from tests.e2e.factories import company_of
from tests.e2e.metric_queries import as_float, query_rows

pytestmark = pytest.mark.slow

FILES = {
    "users": """user_id,full_name,role
7,Ana,REP
8,Eva,Manager
""",
    # February: spellings of known words; March: words that nobody knows; April: no word at all
    "activities": """activity_id,kind,owner_id,started_at,outcome
m1,Meeting,7,2024-02-01T10:00:00Z,Held
m2,meeting,7,2024-02-02T10:00:00Z,No show
m3,MEETING,7,2024-02-03T10:00:00Z,HÉLD
m4,meeting,7,2024-02-04T10:00:00Z,No-Show
m5,meeting,7,2024-03-01T10:00:00Z,Went fine
m6,meeting,7,2024-03-02T10:00:00Z,held
m7,visit,7,2024-03-03T10:00:00Z,Went fine
m8,meeting,7,2024-04-01T10:00:00Z,
""",
    "leads": """lead_id,channel,owner_id,created_at
l1,Web,7,2024-02-01T10:00:00Z
l2,WEB ,7,2024-02-02T10:00:00Z
l3,web,7,2024-02-03T10:00:00Z
l4,Fair,7,2024-03-01T10:00:00Z
""",
    # d1 to d3 are of owner 7 in three forms; d4 of nobody known
    "deals": """deal_id,stage,status,amount,owner_id,lost_reason,created_at,closed_at
d1,negociacion,Open,100,7,,2024-02-01T10:00:00Z,
d2,CLOSED-WON,Won,200,007,,2024-02-01T10:00:00Z,2024-03-01T10:00:00Z
d3,Closed lost,LOST,300,07,Price,2024-02-01T10:00:00Z,2024-03-02T10:00:00Z
d4,lost,lost,400,99,price,2024-02-01T10:00:00Z,2024-03-03T10:00:00Z
""",
    "deal_stage_changes": """deal_id,stage,entered_at
d1,Negociación,2024-02-10T10:00:00Z
x1,Nuevo,2024-02-10T10:00:00Z
x2,Nuevo,2024-02-11T10:00:00Z
""",
}
LATER = {
    "deals": """deal_id,stage,status,amount,owner_id,lost_reason,created_at,closed_at
d2,CLOSED-WON,won,200,7,,2024-02-01T10:00:00Z,2024-03-01T10:00:00Z
d3,Closed lost,lost,300,7,price,2024-02-01T10:00:00Z,2024-03-02T10:00:00Z
d4,lost,lost,400,8,price,2024-02-01T10:00:00Z,2024-03-03T10:00:00Z
x1,lost,lost,10,7,price,2024-02-10T10:00:00Z,2024-02-10T10:00:00Z
x2,lost,lost,10,7,price,2024-02-11T10:00:00Z,2024-02-11T10:00:00Z
""",
    "leads": """lead_id,channel,owner_id,created_at
l4,EVENT,7,2024-03-01T10:00:00Z
""",
    "activities": """activity_id,kind,owner_id,started_at,outcome
m5,meeting,7,2024-03-01T10:00:00Z,Héld
m7,visit,7,2024-03-03T10:00:00Z,Cancelled
""",
}


def warnings(company: Embudo) -> dict[str, str]:
    report = json.loads((company.home / "current" / "gate.json").read_text(encoding="utf-8"))
    return {
        f"{check['name']} on {check['subject']}": check["observed"]
        for check in report["checks"]
        if check["outcome"] == "warn" and check["name"].startswith(("words.", "references."))
    }


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Embudo:
    folder = tmp_path_factory.mktemp("words")
    company = company_of(
        folder, FILES, company="Voces", time_zone="UTC", currency="EUR", country="ES", as_of="2024-06-30"
    )  # fmt: skip
    settings = yaml.safe_load(company.config.read_text(encoding="utf-8"))
    for name, stream in settings["sources"]["crm"]["streams"].items():
        stream["files"] = f"{name}*.csv"
    company.config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    company("refresh")
    return company


@pytest.fixture(scope="module")
def layer(company: Embudo) -> Iterator[SemanticLayer]:
    with SemanticLayer.open(company.home / "current") as layer:
        yield layer


def by_month(layer: SemanticLayer, metric: str) -> dict[str, float | None]:
    rows = query_rows(layer, metric, grain="month")
    return {f"{row['metric_time__month']:%Y-%m}": as_float(row[metric]) for row in rows}


def test_known_words_count_in_any_spelling_and_unknown_ones_do_not(layer: SemanticLayer) -> None:
    months = by_month(layer, "meetings")
    assert (months["2024-02"], months["2024-03"], months["2024-04"]) == (2, 1, 1)
    assert not any(by_month(layer, "visits").values())


def test_outcomes_and_channels_are_shown_as_the_seed_spells_them(layer: SemanticLayer) -> None:
    rows = query_rows(layer, "leads_created", by=("lead__channel",))
    assert {row["lead__channel"]: row["leads_created"] for row in rows} == {"web": 3, "Fair": 1}


def test_stages_and_statuses_are_known_in_any_spelling(layer: SemanticLayer) -> None:
    (row,) = query_rows(
        layer,
        "opportunities_won",
        "opportunities_lost",
        "pipeline_value",
        "weighted_pipeline_value",
    )
    assert (row["opportunities_won"], row["opportunities_lost"]) == (1, 2)
    assert (as_float(row["pipeline_value"]), as_float(row["weighted_pipeline_value"])) == (100, 75)


def test_what_is_unknown_or_matches_nothing_is_reported(company: Embudo) -> None:
    assert warnings(company) == {
        "words.activities.outcome on crm.activities":
            "2 of 7 rows (28.6%) have unknown words in outcome: 'Went fine' (2)",
        "words.leads.channel on crm.leads": "1 of 4 rows (25.0%) have unknown words in channel: 'Fair' (1)",
        "words.deals.lost_reason on crm.deals":
            "2 of 2 rows (100.0%) have words in several spellings in lost_reason: 'Price' (1), 'price' (1)",
        "references.deals.owner_id on crm.deals":
            "3 of 4 rows (75.0%): their owner_id is in no row of users",
        "references.deal_stage_changes.deal_id on crm.deal_stage_changes":
            "2 of 3 rows (66.7%): their deal_id is in no row of deals",
    }  # fmt: skip
    printed = company("status").stdout
    assert "x1, x2" in printed
    assert "ltrim(owner_id, '0')" in printed
    assert "seeds/activity_outcomes.csv" in printed


def test_what_comes_later_counts_and_is_reported_no_more(company: Embudo) -> None:
    for name, text in LATER.items():
        (company.config.parent / f"{name}_2024-06-01.csv").write_text(text, encoding="utf-8")
    company("refresh")
    assert warnings(company) == {}
    with SemanticLayer.open(company.home / "current") as layer:
        months = by_month(layer, "meetings")
        assert (months["2024-02"], months["2024-03"], months["2024-04"]) == (2, 2, 1)
        rows = query_rows(layer, "leads_created", by=("lead__channel",))
        assert {row["lead__channel"]: row["leads_created"] for row in rows} == {
            "web": 3,
            "event": 1,
        }
        assert not any(by_month(layer, "visits").values())
