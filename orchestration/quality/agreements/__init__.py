"""What two streams say of the same thing, as SQL over a candidate: invoices of orders, calls of agents' states.

`comparison` is what one comparison is and how its rows are counted; the comparisons stand in one module per part of
the company. Whether too many rows disagree belongs to `checks.stream_agreement`.
"""

from orchestration.quality.agreements.campaigns import CAMPAIGNS
from orchestration.quality.agreements.comparison import Compared, Comparison, compare
from orchestration.quality.agreements.deals import DEALS
from orchestration.quality.agreements.orders import ORDERS
from orchestration.quality.agreements.phone import PHONE

COMPARISONS: tuple[Comparison, ...] = (*ORDERS, *DEALS, *PHONE, *CAMPAIGNS)
"""All comparisons of rows, in the order in which results show them."""

__all__ = ["COMPARISONS", "Compared", "Comparison", "compare"]
