"""What must not be suggested to whom. Pure."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from contentlib.crm.rules import same_company


def withheld(
    *,
    account: str,
    customer: str | None,
    customer_competitors: Iterable[str],
    regions: AbstractSet[int],
    allowed_regions: AbstractSet[int] | None,
) -> str | None:
    """Why a story must not be suggested to an account, as a sentence; None when it may.

    Never to the account it is about, nor to those whom its customer names as competitors, nor
    outside the regions in which the customer may be referred to. `allowed_regions` None: the
    right holds everywhere; `regions` empty: it is not known where the account is.
    """
    if customer and same_company(account, customer):
        return "It is the account's own story."
    if any(same_company(account, rival) for rival in customer_competitors):
        return "Its customer names this account as a competitor."
    if allowed_regions is not None and regions and not regions & allowed_regions:
        return "Its customer may not be referred to in this region."
    return None
