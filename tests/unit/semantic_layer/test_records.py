"""What answers carry: warnings that are open, and those that an exception covers."""

from __future__ import annotations

import dataclasses

from orchestration.core.records import ReleaseWarning
from semantic_layer.records import Trust


def test_a_waived_or_excepted_check_is_no_open_warning() -> None:
    warned = ReleaseWarning(
        check="loads.volume", subject="crm.deals", observed="3 rows", expected="30", remedy="Ask."
    )
    waived = dataclasses.replace(warned, waiver="ana, 2026-06-30 10:00 UTC: holiday")
    excepted = dataclasses.replace(warned, outcome="pass", exception="until 2027-06-30: returns")
    in_part = dataclasses.replace(warned, exception="until 2027-06-30: returns")
    warnings = (warned, waived, excepted, in_part)
    trust = Trust(release_id="R1", as_of=None, verdict="warn", warnings=warnings)
    assert trust.open_warnings == (warned, in_part)
    assert trust.excepted == (excepted,)
