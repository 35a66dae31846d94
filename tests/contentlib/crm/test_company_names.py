"""Whether two names mean one company."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contentlib.crm.rules import same_company


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lindenau Pharma", "LINDENAU Pharma, GmbH & Co. KG"),
        ("Novo A/S", "novo"),
        ("Carrières Dumont", "Carrieres Dumont S.A."),
        ("Petal & Thread", "Petal and Thread Ltd."),
        ("The Group", "the group"),
    ],
)
def test_legal_forms_accents_and_case_make_no_difference(one: str, other: str) -> None:
    assert same_company(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("Northgate", "Northgate Foods"), ("", ""), ("", "Acme"), (" ", "Co.")]
)
def test_other_names_and_blank_ones_are_others(one: str, other: str) -> None:
    assert not same_company(one, other)


@given(st.text(max_size=40), st.text(max_size=40))
def test_it_does_not_matter_who_is_asked_first(one: str, other: str) -> None:
    if one.strip() and other.strip():
        assert same_company(one, other) == same_company(other, one)
