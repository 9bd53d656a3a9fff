"""Links: an address that answers one saved query, for spreadsheets and dashboards that can send no header.

Whether a link is valid is checked before, with the tokens.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from serving.rest.operations import QUERY_PARAMETERS
from serving.rest.parameters import Parameters

DEFAULT_FORMAT = "csv"
"""What spreadsheets read."""


def saved_query_string(text: str) -> str:
    """The parameters of a link as they are kept, from what follows `?` in an address.

    Raises `Refusal` for a parameter that a query does not have.
    """
    items = _items(text)
    Parameters.of_address(items, known=QUERY_PARAMETERS)
    if all(name != "format" for name, _ in items):
        items.append(("format", DEFAULT_FORMAT))
    return urlencode(items)


def link_parameters(query: str) -> Parameters:
    """The parameters that a link was made with."""
    return Parameters.of_address(_items(query), known=QUERY_PARAMETERS)


def _items(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text.strip().removeprefix("?"), keep_blank_values=True)
