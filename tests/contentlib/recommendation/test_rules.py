"""What must not be suggested to whom."""

from hypothesis import given
from hypothesis import strategies as st

from contentlib.recommendation.rules import withheld

_names = st.sampled_from(["Acme Ltd", "ACME", "Borealis", "Corvid GmbH", ""])
_regions = st.frozensets(st.integers(1, 6), max_size=4)


def _withheld(account: str, **values: object) -> str | None:
    plain: dict[str, object] = {
        "customer": None,
        "customer_competitors": (),
        "regions": frozenset(),
        "allowed_regions": None,
    }
    return withheld(account=account, **{**plain, **values})  # type: ignore[arg-type]


def test_an_account_is_never_suggested_its_own_story() -> None:
    assert _withheld("Acme", customer="ACME Ltd.") is not None
    assert _withheld("Acme", customer="Acme Foods") is None


def test_nor_a_story_of_a_customer_that_names_it_as_a_competitor() -> None:
    told = _withheld("Borealis AG", customer="Acme", customer_competitors=("Corvid", "Borealis"))
    assert told is not None
    assert "Acme" not in told


def test_nor_one_that_may_not_be_told_where_the_account_is() -> None:
    assert _withheld("X", regions={3}, allowed_regions={1, 2}) is not None
    assert _withheld("X", regions={2}, allowed_regions={1, 2}) is None
    assert _withheld("X", regions=set(), allowed_regions={1, 2}) is None


def test_a_right_in_regions_that_nobody_knows_holds_nowhere() -> None:
    assert _withheld("X", regions={3}, allowed_regions=set()) is not None


@given(_names, _names, st.lists(_names, max_size=3), _regions, st.none() | _regions)
def test_who_is_not_known_is_withheld_nothing_but_by_region(
    account: str,
    customer: str,
    rivals: list[str],
    regions: frozenset[int],
    allowed: frozenset[int] | None,
) -> None:
    told = withheld(
        account="",
        customer=customer,
        customer_competitors=rivals,
        regions=regions,
        allowed_regions=allowed,
    )
    assert (told is not None) == (allowed is not None and bool(regions) and not regions & allowed)
