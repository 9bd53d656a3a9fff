"""What of a row the gate may show: keys, never contact data.

Sample keys go into reports, receipts and the public marts. Choosing which rows are shown does not
belong here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from orchestration.privacy.redaction import without_contacts
from orchestration.settings.contract_loading import load_contract
from orchestration.settings.personal_data import mentions_contact_data

SAMPLES = 5
"""How many keys of failing rows are shown."""

KEPT = 10_000
"""How many keys of failing rows are kept beside the report, for each check."""

_KEY = re.compile(r".*(_key|_id|_no|_on|_month|_start)$|date_day")


def is_shown(column: str) -> bool:
    """Whether values of a column may be shown: it names a key or a day, and no contact data.

    Contact data is what the contract declares as an address, and what is named like it.
    """
    if not _KEY.fullmatch(column):
        return False
    named = re.sub(r"_(key|id)$", "", column)
    declared = {
        private.name
        for stream in load_contract().values()
        for private in stream.columns
        if private.is_private
    }
    return not (named in declared or column in declared or mentions_contact_data(named))


def shown(values: Iterable[object]) -> tuple[str, ...]:
    """Values of a key column as text, with whatever looks like an e-mail or a phone masked."""
    return tuple(without_contacts(str(value)) for value in values)


def shown_columns(columns: Sequence[str]) -> tuple[str, ...]:
    """The columns of a result that may be shown."""
    return tuple(column for column in columns if is_shown(column))


def shown_text(text: str) -> str:
    """A message of an engine, without what it may quote of a row."""
    return shown((text,))[0]
