"""When a rep is told, and in which words."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contentlib.notification.rules import Reading, in_words, mail_of, occasion, sentence
from contentlib.share.rules import NOTICES

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
QUIET = timedelta(hours=72)
SPANS = st.lists(st.tuples(st.integers(-500, 500), st.integers(0, 10)), max_size=8)


def _visits(spans: list[tuple[int, int]]) -> list[tuple[datetime, datetime]]:
    return [(MONDAY + timedelta(hours=h), MONDAY + timedelta(hours=h, minutes=m)) for h, m in spans]


@given(SPANS)
def test_a_visit_is_the_first_exactly_where_none_began_before(spans: list[tuple[int, int]]) -> None:
    others = _visits(spans)
    is_first = all(began > MONDAY for began, _ in others)
    assert (occasion(MONDAY, others, quiet=QUIET) == "first") is is_first


@given(SPANS)
def test_a_return_has_quiet_before_it_and_the_order_of_the_others_is_nothing(
    spans: list[tuple[int, int]],
) -> None:
    others = _visits(spans)
    why = occasion(MONDAY, others, quiet=QUIET)
    assert why == occasion(MONDAY, others[::-1], quiet=QUIET)
    if why == "return":
        assert all(MONDAY - ended >= QUIET for began, ended in others if began <= MONDAY)


@given(st.sampled_from(NOTICES), st.integers(0, 20), st.integers(1, 10), st.booleans())
def test_no_more_than_so_many_mails_leave_at_once(
    notice: str, lately: int, most: int, can_mail: bool
) -> None:
    way = mail_of(notice, mailed_lately=lately, most=most, can_mail=can_mail)  # type: ignore[arg-type]
    assert way in NOTICES
    if way == "each":
        assert can_mail and notice == "each" and lately < most
    if not can_mail or notice == "none":
        assert way == "none"


@given(st.sets(st.integers(1, 60), max_size=30), st.integers(0, 10_000_000))
def test_the_sentence_names_each_page_once(pages: set[int], milliseconds: int) -> None:
    told = sentence("first", Reading(("Docks",), tuple(pages), milliseconds, "", ()))
    assert told.startswith("Somebody opened “Docks”") and told.endswith(".")
    assert (in_words(milliseconds) in told) is bool(pages)


def test_a_name_is_told_only_where_it_is_proved_or_the_link_is_for_one() -> None:
    seen = {"pages": (1, 2, 3, 7), "attention_ms": 150_000}
    proved = Reading(("Docks", "Gates"), reader="ann@x.example", recipients=("Bob",), **seen)  # type: ignore[arg-type]
    assert sentence("first", proved) == (
        "ann@x.example opened “Docks” and 1 more: pages 1–3, 7 in 2 min 30 s."
    )
    for_one = Reading(("Docks",), (), 0, "", ("Ann Lee",), opportunity="Acme renewal")
    assert sentence("return", for_one) == (
        "Somebody with the link for Ann Lee came back to “Docks” (Acme renewal)."
    )
