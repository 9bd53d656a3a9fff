"""What answers carry: the warnings that nobody waived."""

from __future__ import annotations

import dataclasses

from orchestration.core.records import ReleaseWarning
from semantic_layer.records import Trust


def test_a_waived_check_is_no_open_warning() -> None:
    warned = ReleaseWarning(
        check="loads.volume", subject="crm.deals", observed="3 rows", expected="30", remedy="Ask."
    )
    waived = dataclasses.replace(warned, waiver="ana, 2026-06-30 10:00 UTC: holiday")
    trust = Trust(release_id="R1", as_of=None, verdict="warn", warnings=(warned, waived))
    assert trust.open_warnings == (warned,)
