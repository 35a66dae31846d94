"""Where an asset stands today: its place, what is above it and why, what would help."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contentlib.asset import service
from contentlib.asset.queries import AssetLine, lines_by_id
from contentlib.errors import IndexUnavailable
from contentlib.insight.findability.asked import (
    MOST_QUESTIONS,
    Question,
    questions_it_should_win,
    stands_for_deals,
)
from contentlib.insight.findability.deal_queries import told_deals
from contentlib.insight.findability.duplicates import NearDuplicate, near_duplicates
from contentlib.insight.findability.standing import Standing, standings
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.search.queries import find
from contentlib.taxonomy.queries import vocabulary
from tests.cast import Cast, hire
from tests.contentlib.insight.happening import (
    LONG_AGO,
    WINDOW,
    crowd,
    ids_of,
    new_deal,
    search,
    send,
)
from tests.factories import MONDAY, WordIndex, make_asset, statements
from tests.web.browsing import index_everything

TODAY = MONDAY.date()


@pytest.fixture
def cast(library: Library) -> Cast:
    return hire(library)


def _line(library: Library, public_id: str) -> AssetLine:
    (asset_id,) = ids_of(library, [public_id])
    with library.database.reading() as session:
        return lines_by_id(session, [asset_id], today=TODAY)[asset_id]


def _stands(library: Library, public_id: str, *questions: str) -> tuple[Standing, ...]:
    line = _line(library, public_id)
    with library.database.reading() as session:
        return standings(
            session,
            library.index,
            library.permitted,
            line,
            questions,
            today=TODAY,
            words=vocabulary(session),
            spelling=library.spelling,
        )


def _shelf(library: Library) -> dict[str, str]:
    made = {
        "story": make_asset(
            library,
            "Frozen prawns at night",
            "A cold store got its nights back.",
            terms={"industry": ["Cold storage"]},
            summary="Fewer alarms.",
        ),
        "dock": make_asset(library, "Dock queues", "Trucks wait.", terms={"industry": ["Grocery"]}),
        "card": make_asset(library, "Dock card", "Trucks wait at night."),
    }
    index_everything(library)
    return made


# --- one question ---------------------------------------------------------------------


def test_its_rank_is_the_one_a_rep_sees(library: Library, cast: Cast) -> None:
    made = _shelf(library)
    (standing,) = _stands(library, made["card"], "dock queues")
    assert (standing.rank, standing.shown) == (2, 2)
    (above,) = standing.above
    assert (above.rank, above.line.public_id) == (1, made["dock"])
    assert above.why[0] == "“queues” in the title"
    assert standing.unsaid == ("queues",)


@pytest.mark.parametrize(
    "question",
    ["dock queues", "grocery trucks at night", "frozen prawms", "dock grocery cold storage", "x"],
)
def test_each_asset_stands_where_search_shows_it_to_a_rep(
    library: Library, cast: Cast, question: str
) -> None:
    made = _shelf(library)
    late = make_asset(library, "Dock queues again", review_by=TODAY - timedelta(days=1))
    index_everything(library)
    with library.database.reading() as session:
        found = find(
            session,
            library.index,
            library.permitted,
            cast.rosa,
            text=question,
            today=TODAY,
            floor=0.3,
            limit=100,
            spelling=library.spelling,
        )
    ranks = {result.line.public_id: result.rank for result in found.results}
    for public_id in (*made.values(), late):
        (standing,) = _stands(library, public_id, question)
        assert standing.rank == ranks.get(public_id)
        assert (standing.shown, standing.answered) == (found.total, found.mended.text)


def test_what_comes_first_has_nothing_above_it(library: Library, cast: Cast) -> None:
    made = _shelf(library)
    (standing,) = _stands(library, made["dock"], "dock queues")
    assert (standing.rank, standing.above) == (1, ())
    assert standing.is_first_three


def test_a_named_term_is_the_reason_and_its_lack_what_would_help(
    library: Library, cast: Cast
) -> None:
    made = _shelf(library)
    (standing,) = _stands(library, made["card"], "grocery dock trucks")
    assert standing.above[0].line.public_id == made["dock"]
    assert standing.above[0].why[0] == "tagged Grocery"
    assert [term.label for term in standing.lacks] == ["Grocery"]
    assert standing.unsaid == ("grocery", "trucks")


def test_words_that_name_a_term_it_has_are_not_missing(library: Library, cast: Cast) -> None:
    made = _shelf(library)
    (standing,) = _stands(library, made["story"], "cold storage alarms")
    assert standing.rank == 1
    assert standing.unsaid == () and standing.lacks == ()


def test_not_in_the_first_hundred_is_a_clear_answer_with_what_is_first(
    library: Library, cast: Cast
) -> None:
    made = _shelf(library)
    (standing,) = _stands(library, made["story"], "dock queues")
    assert standing.rank is None and not standing.is_hidden
    assert [above.line.public_id for above in standing.above] == [made["dock"], made["card"]]
    assert "nearer in meaning" in standing.above[0].why
    assert standing.unsaid == ("dock", "queues")


def test_what_fits_too_little_beside_the_best_is_not_shown(library: Library, cast: Cast) -> None:
    words = "dock queues trucks wait hubs night gate yard"
    make_asset(library, words, words)
    public_id = make_asset(library, "Gate keeping", "Something else.")
    index_everything(library)
    (standing,) = _stands(library, public_id, words)
    assert standing.rank is None and standing.is_in_tail


def test_a_draft_is_hidden_from_reps_whatever_is_asked(library: Library, cast: Cast) -> None:
    draft = make_asset(library, "Dock queues", publish=False)
    index_everything(library)
    (standing,) = _stands(library, draft, "dock queues")
    assert standing.is_hidden and standing.rank is None


def test_typing_mistakes_are_mended_as_in_search(library: Library, cast: Cast) -> None:
    made = _shelf(library)
    (standing,) = _stands(library, made["story"], "frozen prawms")
    assert standing.answered == "frozen prawns" and standing.rank == 1


def test_an_overdue_review_that_costs_a_place_is_told(library: Library, cast: Cast) -> None:
    late = make_asset(library, "Dock queues", "Trucks.", review_by=TODAY - timedelta(days=1))
    make_asset(library, "Dock queues", "Trucks.")
    index_everything(library)
    (standing,) = _stands(library, late, "dock queues")
    assert standing.rank == 2
    assert standing.above[0].why == ("not overdue for review",)


def test_sixty_words_and_no_words_are_questions_too(library: Library, cast: Cast) -> None:
    made = _shelf(library)
    many = " ".join(f"word{number}" for number in range(60)) + " dock"
    long, none = _stands(library, made["dock"], many, "?!")
    assert len(long.question) <= 500 and len(long.unsaid) == 8
    assert none.rank is None and none.above == () and none.unsaid == ()


def test_any_number_of_questions_costs_eight_statements(library: Library, cast: Cast) -> None:
    made = _shelf(library)
    asked = [f"dock quees {number}" for number in range(12)]
    for questions in (asked[:1], asked):
        library.permitted._entries.clear()
        library.spelling._entries.clear()
        line = _line(library, made["card"])
        with library.database.reading() as session:
            words = vocabulary(session)
            with statements(library) as seen:
                standings(
                    session,
                    library.index,
                    library.permitted,
                    line,
                    questions,
                    today=TODAY,
                    words=words,
                    spelling=library.spelling,
                )
        assert len(seen) == 8, seen


def test_while_the_index_cannot_answer_that_is_said(
    library: Library, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _shelf(library)

    def silent(*_args: object, **_values: object) -> None:
        raise IndexUnavailable("The index is being built.")

    monkeypatch.setattr(WordIndex, "search", silent)
    with pytest.raises(IndexUnavailable):
        _stands(library, made["dock"], "dock")


# --- which questions are asked again ----------------------------------------------------


def _questions(library: Library, who: Viewer, public_id: str) -> tuple[Question, ...]:
    line = _line(library, public_id)
    with library.database.reading() as session:
        words = vocabulary(session)
        return questions_it_should_win(session, who, line, window=WINDOW, words=words)


@pytest.fixture
def story(library: Library) -> str:
    return make_asset(
        library,
        "Frozen prawns at night",
        terms={"industry": ["Cold storage"], "content_type": ["Case study"], "region": ["Europe"]},
    )


def test_a_question_it_should_win_names_terms_it_has_or_words_of_its_title(
    library: Library, cast: Cast, story: str
) -> None:
    make_asset(library, "Another", terms={"industry": ["Grocery"]})
    asked = {
        "cold storage alarms": (("Cold storage",), ()),
        "case study cold storage europe": (("Case study", "Cold storage", "Europe"), ()),
        "prawns frozen solid": ((), ("prawns", "frozen")),
        "prawns": ((), ("prawns",)),
    }
    not_its = ["cold storage grocery", "case study", "prawns for grocers", "dock queues", "  "]
    for text in (*asked, *not_its):
        search(library, cast.rosa, text, [])
    found = _questions(library, cast.adam, story)
    assert {q.text: (q.terms, q.title_words) for q in found} == asked


def test_the_most_frequent_come_first_and_no_more_than_twelve(
    library: Library, cast: Cast, story: str
) -> None:
    for number in range(14):
        search(library, cast.rosa, f"frozen prawns {number}", [])
    for text in ("Frozen  Prawns", "frozen prawns", "frozen prawns 5"):
        search(library, cast.ravi, text, [])
    found = _questions(library, cast.adam, story)
    assert len(found) == MOST_QUESTIONS
    assert [(q.text.casefold(), q.times) for q in found[:2]] == [
        ("frozen prawns", 2),
        ("frozen prawns 5", 2),
    ]


def test_only_questions_of_reps_in_the_window_are_asked_again(
    library: Library, cast: Cast, story: str
) -> None:
    search(library, cast.mira, "frozen prawns", [])
    search(library, cast.rosa, "frozen prawns", [], at=LONG_AGO)
    search(library, cast.rosa, "frozen prawns", [], at=MONDAY)
    assert _questions(library, cast.adam, story) == ()


def test_how_often_is_told_to_a_marketer_from_five_reps_on(
    library: Library, cast: Cast, story: str
) -> None:
    reps = crowd(library, 5)
    for rep in reps:
        search(library, rep, "frozen prawns", [])
    for rep in reps[:4]:
        search(library, rep, "Prawns", [])
        search(library, rep, "prawns", [])
    assert {q.text.casefold(): q.times for q in _questions(library, cast.mira, story)} == {
        "frozen prawns": 5,
        "prawns": None,
    }


def test_questions_are_found_with_one_statement(library: Library, cast: Cast, story: str) -> None:
    for number in range(5):
        search(library, cast.rosa, f"frozen prawns {number}", [])
    line = _line(library, story)
    with library.database.reading() as session:
        words = vocabulary(session)
        with statements(library) as seen:
            assert questions_it_should_win(session, cast.adam, line, window=WINDOW, words=words)
    assert len(seen) == 1


# --- deals --------------------------------------------------------------------------------


def test_a_deal_is_asked_again_as_if_the_account_had_not_got_it(
    library: Library, cast: Cast
) -> None:
    grocery = {"industry": ["Grocery"]}
    asset = make_asset(library, "Grocery docks", "Grocery docks.", terms=grocery)
    better = make_asset(library, "Grocery", "Grocery.", terms=grocery)
    index_everything(library)
    deal_id, deal = new_deal(library, cast.rosa, "Dock", industry="Grocery")
    send(library, cast.rosa, asset, deal=deal)
    send(library, cast.rosa, better, deal=deal)
    line = _line(library, asset)
    for who, name in ((cast.mira, None), (cast.adam, "Dock")):
        with library.database.reading() as session:
            words = vocabulary(session)
            with statements(library) as seen:
                told = told_deals(session, who, [deal_id], words)
            assert len(seen) == 2
            (found,) = stands_for_deals(
                session,
                library.index,
                library.permitted,
                who,
                line,
                list(told.values()),
                today=TODAY,
                floor=0.3,
                words=words,
            )
        assert (found.deal.name, found.deal.facets) == (name, ("Grocery",))
        assert found.rank is not None
        assert all("got it" not in reason for above in found.above for reason in above.why)
        ranks = {line.id: found.rank} | {above.line.id: above.rank for above in found.above}
        assert sorted(ranks.values()) == list(range(1, len(ranks) + 1))


def test_a_deal_of_which_nothing_is_known_is_left_out(library: Library, cast: Cast) -> None:
    asset = make_asset(library)
    index_everything(library)
    deal_id, _ = new_deal(library, cast.rosa, "Dock")
    line = _line(library, asset)
    with library.database.reading() as session:
        words = vocabulary(session)
        told = told_deals(session, cast.mira, [deal_id], words)
        assert told[deal_id].facets == ()
        found = stands_for_deals(
            session,
            library.index,
            library.permitted,
            cast.mira,
            line,
            list(told.values()),
            today=TODAY,
            floor=0.3,
            words=words,
        )
    assert found == ()


# --- near-duplicates ------------------------------------------------------------------------

TEXT = "Carriers waited two hours at the dock and detention fell by half."


def _copies(library: Library, who: Viewer, public_id: str) -> tuple[NearDuplicate, ...]:
    line = _line(library, public_id)
    with library.database.reading() as session:
        return near_duplicates(
            session, library.index, library.permitted, who, line, window=WINDOW, today=TODAY
        )


def test_nearly_the_same_text_is_found_with_which_is_newer_and_sent_more(
    library: Library, cast: Cast
) -> None:
    old = make_asset(library, "Dock waiting", TEXT, now=LONG_AGO)
    new = make_asset(library, "Detention halved", TEXT)
    make_asset(library, "Dock waiting", "Nothing in common with it.")
    index_everything(library)
    for _ in range(2):
        send(library, cast.rosa, old, deal=None)
    send(library, cast.rosa, new, deal=None)
    (copy,) = _copies(library, cast.adam, old)
    assert copy.line.public_id == new and copy.shared == 1
    assert copy.is_newer and copy.is_sent_more is False
    (copy,) = _copies(library, cast.adam, new)
    assert not copy.is_newer and copy.is_sent_more is True
    (copy,) = _copies(library, cast.mira, new)
    assert (copy.sends, copy.own_sends, copy.is_sent_more) == (None, None, None)


def test_a_copy_that_one_may_not_see_is_none(library: Library, cast: Cast) -> None:
    public_id = make_asset(library, "Dock waiting", TEXT)
    make_asset(library, "Dock waiting, a draft", TEXT, publish=False)
    archived = make_asset(library, "Dock waiting, of old", TEXT)
    with library.database.unit_of_work() as session:
        service.move(
            session,
            asset=service.for_change(session, cast.mira, archived, today=TODAY),
            to="archived",
            member_id=None,
            now=MONDAY,
        )
    index_everything(library)
    assert _copies(library, cast.nora, public_id) == ()
    (copy,) = _copies(library, cast.mira, public_id)
    assert copy.line.state == "draft" and copy.is_newer


def test_both_sent_as_often_is_neither_more_nor_less(library: Library, cast: Cast) -> None:
    one = make_asset(library, "Dock waiting", TEXT)
    make_asset(library, "Detention halved", TEXT)
    index_everything(library)
    (copy,) = _copies(library, cast.mira, one)
    assert (copy.sends, copy.own_sends, copy.is_sent_more) == (0, 0, None)
    assert replace(copy, sends=2).is_sent_more is True
