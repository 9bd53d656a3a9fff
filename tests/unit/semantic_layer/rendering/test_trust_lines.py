"""The trust of an answer, for people and programs."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

from orchestration.core.records import ReleaseWarning
from semantic_layer.records import Trust
from semantic_layer.rendering import trust_dict, trust_line, trust_text

TRUST = Trust(
    release_id="20260210-1",
    as_of=datetime(2026, 2, 10, 3, 30, tzinfo=UTC),
    verdict="warn",
    draft=True,
    streams={"crm.deals": datetime(2026, 2, 10, 3, 0, tzinfo=UTC), "crm.leads": None},
    accepted={"volume": "checked by Ana"},
)


def test_one_line_with_all_that_is_known() -> None:
    assert trust_line(TRUST) == (
        "Release 20260210-1 · data as of 2026-02-10 03:30 UTC · gate passed with warnings · "
        "draft definitions · accepted by hand: volume (checked by Ana) · "
        "last loads: crm.deals 2026-02-10 03:00"
    )


def test_plain_data_with_times_in_utc() -> None:
    assert trust_dict(TRUST) == {
        "release_id": "20260210-1",
        "as_of": "2026-02-10T03:30:00Z",
        "verdict": "warn",
        "published_at": None,
        "draft": True,
        "accepted": {"volume": "checked by Ana"},
        "streams": {"crm.deals": "2026-02-10T03:00:00Z", "crm.leads": None},
        "warnings": [],
    }


def warning(subject: str, **fields: str) -> ReleaseWarning:
    return ReleaseWarning(
        check="loads.volume", subject=subject, observed="3 rows", expected="about 30 rows",
        remedy="Ask.", streams=(subject,), **fields,
    )  # fmt: skip


def test_warnings_are_counted_and_named_below_and_in_full_in_plain_data() -> None:
    subjects = ("crm.deals", "crm.leads", "crm.tasks", "pbx.calls", "erp.orders", "erp.invoices")
    waived = warning("crm.users", waiver="ana: sale")
    trust = dataclasses.replace(TRUST, warnings=(*map(warning, subjects), waived))
    line, below = trust_text(trust).splitlines()
    assert line == trust_line(TRUST)
    assert below == (
        "Warnings about what is behind these figures (6): loads.volume on crm.deals; loads.volume on "
        "crm.leads; loads.volume on crm.tasks; loads.volume on pbx.calls; 2 more. --format json has "
        "what each found."
    )
    assert trust_text(trust, lang="es").splitlines()[1].startswith("Avisos sobre lo que hay detrás")
    listed = trust_dict(trust)["warnings"]
    assert isinstance(listed, list)
    assert listed[-1] == {
        "check": "loads.volume", "subject": "crm.users", "streams": ("crm.users",), "models": (),
        "observed": "3 rows", "expected": "about 30 rows", "what_to_do": "Ask.", "outcome": "warn",
        "waiver": "ana: sale", "exception": "",
    }  # fmt: skip


def test_what_an_exception_covers_is_noted_with_its_end_and_reason() -> None:
    covered = dataclasses.replace(
        warning("shop.orders"), outcome="pass", exception="until 2027-06-30: many returns"
    )
    trust = dataclasses.replace(TRUST, warnings=(covered,))
    assert trust_text(trust).splitlines()[1:] == [
        "Excepted by the settings: loads.volume on shop.orders (until 2027-06-30: many returns)"
    ]


def test_without_open_warnings_there_is_one_line() -> None:
    waived = dataclasses.replace(TRUST, warnings=(warning("crm.users", waiver="ana: sale"),))
    assert trust_text(TRUST) == trust_text(waived) == trust_line(TRUST)
