"""Recipients as people paste them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contentlib.errors import InvalidInput
from contentlib.share.addresses import Addressee, addressees

_words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8)
_emails = st.builds("{}@{}.example".format, _words, _words)
_names = st.lists(_words, max_size=3).map(" ".join)
_people = st.lists(st.builds(Addressee, _emails, _names), max_size=6, unique_by=lambda a: a.email)


@given(_people, st.sampled_from([", ", ";", "\n", " ; ", ",\n", "\r\n"]))
def test_whatever_parts_them_everybody_is_found_in_order(
    people: list[Addressee], parted_by: str
) -> None:
    written = [f"{p.name} <{p.email}>" if p.name else p.email for p in people]
    assert addressees(parted_by.join(written)) == people


@given(_people)
def test_outlook_names_with_a_comma_keep_their_comma(people: list[Addressee]) -> None:
    written = [f'"Lee, {p.name}" <{p.email}>' for p in people]
    assert [one.email for one in addressees("; ".join(written))] == [p.email for p in people]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" ,; \n", []),
        ("Lee, Ann <ann@x.example>", [Addressee("ann@x.example", "Lee, Ann")]),
        ("<ann@x.example>", [Addressee("ann@x.example")]),
        ("a@x.example b@y.example", [Addressee("a@x.example"), Addressee("b@y.example")]),
        ("ANN@x.example, ann@X.example", [Addressee("ANN@x.example")]),
    ],
)
def test_forms_that_mail_programs_copy_are_read(text: str, found: list[Addressee]) -> None:
    assert addressees(text) == found


@pytest.mark.parametrize("text", ["Bob", "ann@x.example, Bob", "Bob, ann@x.example", "x; y@z.a"])
def test_a_part_without_an_address_is_named(text: str) -> None:
    with pytest.raises(InvalidInput, match="is not an e-mail address"):
        addressees(text)


@given(st.text())
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        found = addressees(text)
    except InvalidInput as refusal:
        assert refusal.fields.keys() == {"recipients"}
    else:
        assert all("@" in one.email for one in found)
