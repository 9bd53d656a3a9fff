"""Macros of DuckDB that compare words and repair ids: for landing, and for `sql` and `where` of a mapping.

None has the name of a function of DuckDB. What they are used for belongs to the mapping.
"""

from __future__ import annotations

from orchestration.core.words import folded

_CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def _salesforce_id18() -> str:
    """Each of the last three characters says which of five characters before are capitals."""
    checksums = []
    for first in (1, 6, 11):
        bits = " + ".join(
            f"(substr(cast(x as varchar), {first + at}, 1) between 'A' and 'Z')::int * {2**at}"
            for at in range(5)
        )
        checksums.append(f"substr('{_CHECKSUM}', 1 + {bits}, 1)")
    return f"""
    create temp macro salesforce_id18(x) as case
        when regexp_full_match(cast(x as varchar), '[A-Za-z0-9]{{15}}')
            then cast(x as varchar) || {" || ".join(checksums)}
        else cast(x as varchar)
    end
    """


REPAIR_MACROS = (
    # A word of a vocabulary as it is compared.
    f"create temp macro folded_word(x) as {folded('x')}",
    # The 18-character form of a Salesforce id of 15 characters; anything else stays as it is.
    _salesforce_id18(),
    # The digits of a text.
    "create temp macro digits(x) as nullif(regexp_replace(cast(x as varchar), '[^0-9]', '', 'g'), '')",
    # A text without accents.
    "create temp macro unaccent(x) as strip_accents(cast(x as varchar))",
)
