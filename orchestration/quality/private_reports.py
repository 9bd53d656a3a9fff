"""Reports of checks that name no contact: Data Docs, the receipt and the marts show them.

Which columns may be shown at all belongs to `masking`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from orchestration.core.records import CheckResult
from orchestration.privacy.private_values import PrivateValues
from orchestration.privacy.public_texts import found_in_texts
from orchestration.quality.subjects import GateInput


def without_personal_data(
    checks: Sequence[CheckResult], candidate: GateInput
) -> tuple[CheckResult, ...]:
    """Results whose texts name no contact: reports, Data Docs and the marts show them."""
    texts = {text for check in checks for text in (check.observed, check.expected, check.remedy)}
    texts |= {key for check in checks for key in (*check.sample_rows, *check.failed_keys)}
    texts |= {key for check in checks for key in check.sample_keys}
    try:
        with candidate.databases.open() as connection:
            found = found_in_texts(connection, PrivateValues.of(connection), texts)
    except candidate.databases.errors:
        return tuple(checks)  # a candidate without landed rows names nobody
    masked = {one.value: one.masked for one in found}

    def mask(text: str) -> str:
        return masked.get(text, text)

    return tuple(
        dataclasses.replace(
            check,
            observed=mask(check.observed),
            expected=mask(check.expected),
            remedy=mask(check.remedy),
            sample_keys=tuple(mask(key) for key in check.sample_keys),
            sample_rows=tuple(mask(row) for row in check.sample_rows),
            failed_keys=tuple(mask(key) for key in check.failed_keys),
        )
        if masked
        else check
        for check in checks
    )
