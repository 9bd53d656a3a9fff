"""All conversations together: nearly every lead gets an answer after it came."""

from __future__ import annotations

import numpy as np

from sandbox.calls import OUTBOUND
from sandbox.company import Company


def test_nearly_every_lead_is_answered_once_and_later_than_it_came(company: Company) -> None:
    created_at = company.pipeline.lead_created_at
    diary = company.conversations.activities
    of_lead = diary.take(diary["lead"] >= 0)
    assert len(np.unique(of_lead["lead"])) == len(of_lead)
    assert (of_lead["started_at"] >= created_at[of_lead["lead"]]).all()
    calls = company.conversations.calls
    outbound = (calls["direction"] == OUTBOUND).sum()
    assert len(of_lead) < 0.94 * len(created_at) < len(of_lead) + outbound
